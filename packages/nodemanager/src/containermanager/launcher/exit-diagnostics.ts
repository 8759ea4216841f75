/**
 * What is said about a container whose process ended by itself. Hadoop: ContainerLaunch.handleContainerExitWithFailure, and the
 * texts its users search for. The tails of `prelaunch.err` and of the error output stand in it: the first lines a user needs.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import type { ContainerId } from '@bobbin/common';

export interface ExitDiagnosticsOptions {
  readonly tailBytes: number;
  /** Glob of files with error output, as in yarn.nodemanager.container.stderr.pattern. */
  readonly stderrPattern: string;
}

/** Exit codes of a process that somebody ended by KILL or TERM. */
export function isKilledOnRequest(exitCode: number): boolean {
  return exitCode === 137 || exitCode === 143;
}

/** For a code other than 0; reads the log folder, never throws. */
export async function exitDiagnostics(
  containerId: ContainerId,
  exitCode: number,
  logDir: string,
  options: ExitDiagnosticsOptions,
): Promise<string> {
  if (isKilledOnRequest(exitCode)) {
    return `Container killed on request. Exit code is ${exitCode}\nContainer exited with a non-zero exit code ${exitCode}.\n`;
  }
  const files = ['prelaunch.err', ...(await errorFiles(logDir, options.stderrPattern))];
  const [newest] = files.slice(1);
  const tails = await Promise.all(
    files
      .filter((file) => file === 'prelaunch.err' || file === newest)
      .map(async (file) => ({ file, text: await tail(join(logDir, file), options.tailBytes) })),
  );
  const shown = tails.map(({ file, text }) => `Last ${options.tailBytes} bytes of ${file} :\n${text}`);
  return [
    'Exception from container-launch.',
    `Container id: ${containerId}`,
    `Exit code: ${exitCode}`,
    '',
    `Container exited with a non-zero exit code ${exitCode}. Error file: ${files.join(', ')}.`,
    ...shown,
  ].join('\n');
}

/** Names matching the pattern, the last written first. */
async function errorFiles(logDir: string, pattern: string): Promise<string[]> {
  const names = await readdir(logDir).catch(() => []);
  const matching = names.filter((name) => matchesGlob(name, pattern));
  const dated = await Promise.all(
    matching.map(async (name) => ({
      name,
      at: await stat(join(logDir, name)).then(
        (s) => s.mtimeMs,
        () => 0,
      ),
    })),
  );
  return dated.sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

async function tail(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file.close();
  }
}
