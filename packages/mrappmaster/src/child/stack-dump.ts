/**
 * stackDump: where user code is at this moment, also while it never returns. Hadoop asks a JVM for a thread dump (SIGQUIT) before it
 * kills a task that timed out; here the debugger of the worker's thread is asked, from the main thread, in the user's own
 * source lines. Costs nothing until it is wanted.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@bobbin/common';

/** As V8's debugger gives it; lines and columns from 0. */
interface CallFrame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
}

type FromDebugger =
  | { readonly method: 'Debugger.scriptParsed'; readonly params: { readonly scriptId: string; readonly url: string } }
  | { readonly method: 'Debugger.paused'; readonly params: { readonly callFrames: readonly CallFrame[] } };

/**
 * Frames of `jobFile`, innermost first, in the form of a stack trace, one a line. Empty where the thread could not be
 * interrupted within `timeoutMs` or runs no code of the job. The thread goes on afterwards.
 */
export async function stackDump(jobFile: string, clock: Clock, timeoutMs: number): Promise<string[]> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  try {
    // Scripts are numbered by each thread anew.
    const scripts = new Map<string, string>();
    const frames = await new Promise<readonly CallFrame[]>((resolve) => {
      clock.after(timeoutMs, () => resolve([]));
      session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message: text } }) => {
        const message = JSON.parse(text) as FromDebugger;
        const idOf = (scriptId: string): string => `${sessionId} ${scriptId}`;
        if (message.method === 'Debugger.scriptParsed') scripts.set(idOf(message.params.scriptId), message.params.url);
        if (message.method !== 'Debugger.paused') return;
        const ofJob = message.params.callFrames.filter(
          ({ location }) => pathOf(scripts.get(idOf(location.scriptId)) ?? '') === jobFile,
        );
        // A spare thread may be the first to stop; it has no code of the job's to show.
        if (ofJob.length > 0) resolve(ofJob);
      });
      session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
        ['Debugger.enable', 'Debugger.pause'].forEach((method, id) =>
          session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method }) }),
        );
      });
      session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    });
    return describe(frames, jobFile);
  } finally {
    session.disconnect();
  }
}

function describe(frames: readonly CallFrame[], jobFile: string): string[] {
  if (frames.length === 0) return [];
  const map = sourceMapOf(jobFile);
  return frames.map(({ functionName, location: { lineNumber, columnNumber } }) => {
    const entry = map?.findEntry(lineNumber, columnNumber);
    const place =
      entry && 'originalSource' in entry
        ? `${pathOf(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
        : `${jobFile}:${lineNumber + 1}:${columnNumber + 1}`;
    return functionName === '' ? `    at ${place}` : `    at ${functionName} (${place})`;
  });
}

/** The map that a bundler left at the end of the file, if any. */
function sourceMapOf(file: string): SourceMap | undefined {
  const text = readFileSync(file, 'utf8');
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  return new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload);
}

function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
