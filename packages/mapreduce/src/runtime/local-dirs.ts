/**
 * Where a task's own files lie on the node's disks. Hadoop: MROutputFiles with LocalDirAllocator.
 * `<local dir>/output/<attempt>/` holds everything of an attempt; `file.out` in it is what the shuffle server looks for.
 */
import { existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, type TaskAttemptId } from '@bobbin/common';
import { LocalDiskError, TaskConfigurationError } from '../errors.js';

/** Makes the attempt's folder on the disk with most room. Throws LocalDiskError when no disk takes it. */
export function makeAttemptDir(localDirs: readonly string[], attempt: TaskAttemptId): string {
  if (localDirs.length === 0) throw new TaskConfigurationError('the task was given no local folder');
  const byRoom = [...localDirs].sort((a, b) => freeBytes(b) - freeBytes(a));
  let failure: unknown;
  for (const dir of byRoom) {
    const path = attemptDir(dir, attempt);
    try {
      mkdirSync(path, { recursive: true, mode: 0o750 });
      return path;
    } catch (error) {
      failure = error;
    }
  }
  throw new LocalDiskError('create', attemptDir(byRoom[0] ?? '', attempt), failure);
}

/** Removes whatever the attempt left on any disk; never throws, since it runs after failures. */
export function removeAttemptDirs(
  localDirs: readonly string[],
  attempt: TaskAttemptId,
  log: (line: string) => void,
): void {
  for (const dir of localDirs) {
    try {
      rmSync(attemptDir(dir, attempt), { recursive: true, force: true });
    } catch (error) {
      log(`cannot remove ${attemptDir(dir, attempt)}: ${messageOf(error)}`);
    }
  }
}

/** The finished output of a map that ran on this node, or undefined. */
export function findMapOutput(localDirs: readonly string[], map: TaskAttemptId): string | undefined {
  return localDirs.map((dir) => join(attemptDir(dir, map), 'file.out')).find((path) => existsSync(`${path}.index`));
}

function attemptDir(localDir: string, attempt: TaskAttemptId): string {
  return join(localDir, 'output', attempt);
}

function freeBytes(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
