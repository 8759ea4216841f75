/**
 * Reading history files, finished or still growing. Hadoop: mapreduce.jobhistory.EventReader. Whatever stands before the
 * first bad line is good: a file whose writer died in mid-line, or that a crash cut short, is read up to there and the
 * reason is kept. Only a file that is no history at all is an error.
 */
import { YarnError } from '../errors.js';
import type { FileSystem } from '../fs/file-system.js';
import { getFileSystem } from '../fs/get-file-system.js';
import type { JobId } from '../records/ids.js';
import type { HistoryEvent } from './history-events.js';
import { HistoryDecoder } from './history-format.js';

/** The file cannot be read as a history: missing, empty, of another format or version. */
export class HistoryFileError extends YarnError {
  constructor(path: string, cause: unknown) {
    super(`cannot read job history '${path}': ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'BAD_HISTORY_FILE',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'java.io.IOException',
      cause,
    });
  }
}

export interface HistoryFile {
  readonly jobId: JobId;
  readonly events: readonly HistoryEvent[];
  /** Why reading ended before the end of the file, if it did: line number and reason. */
  readonly truncated?: string;
}

/** Lines of a file without their newline; a last line that has none is marked as torn. */
async function* linesOf(
  path: string,
  fs: Pick<FileSystem, 'stream'>,
): AsyncGenerator<{ readonly text: string; readonly torn: boolean }> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of fs.stream(path)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) yield { text, torn: false };
  }
  rest += decoder.decode();
  if (rest !== '') yield { text: rest, torn: true };
}

/**
 * Calls `visit` for each event in order, never holding more than one. Resolves with the job and the reason for an early end;
 * rejects with HistoryFileError if the file is no history. An error thrown by `visit` ends the reading and is passed on. `fs`: the path's.
 */
export async function readHistoryEvents(
  path: string,
  visit: (event: HistoryEvent) => void,
  fs: Pick<FileSystem, 'stream'> = getFileSystem(path),
): Promise<{ readonly jobId: JobId; readonly truncated?: string }> {
  let decoder: HistoryDecoder | undefined;
  let number = 0;
  try {
    for await (const { text, torn } of linesOf(path, fs)) {
      number++;
      if (!decoder) {
        decoder = HistoryDecoder.fromHeader(text);
        continue;
      }
      let event: HistoryEvent;
      try {
        event = decoder.decode(text);
      } catch (error) {
        const reason = torn ? 'the last line is incomplete' : error instanceof Error ? error.message : String(error);
        return { jobId: decoder.jobId, truncated: `line ${number}: ${reason}` };
      }
      visit(event);
    }
  } catch (error) {
    if (decoder) throw error;
    throw new HistoryFileError(path, error);
  }
  if (!decoder) throw new HistoryFileError(path, new Error('the file is empty'));
  return { jobId: decoder.jobId };
}

/** The whole file at once; as `readHistoryEvents`. */
export async function readHistory(path: string, fs?: Pick<FileSystem, 'stream'>): Promise<HistoryFile> {
  const events: HistoryEvent[] = [];
  const { jobId, truncated } = await readHistoryEvents(path, (event) => events.push(event), fs);
  return { jobId, events, ...(truncated === undefined ? {} : { truncated }) };
}
