/**
 * Where a job's AM listens for its tasks, as a file in the staging folder: each attempt of the AM writes it before it reads what earlier
 * attempts told, and children whose AM is gone read it until a later attempt stands there; an AM that is about to commit reads it, too
 * (docs/decisions/026). Hadoop has none: its children exit.
 */
import { posix } from 'node:path';
import type { FileSystem } from '@bobbin/common';

export interface AppMasterAddress {
  /** Of the AM, from 1. A child only ever moves to a higher one. */
  readonly attempt: number;
  readonly host: string;
  readonly port: number;
}

/** Replaces the address of an earlier attempt; for a moment there may be none. Leaves that of a later one. */
export async function publishAddress(fs: FileSystem, path: string, address: AppMasterAddress): Promise<void> {
  const draft = `${path}.${address.attempt}`;
  await fs.delete(draft);
  const writer = await fs.create(draft);
  await writer.write(Buffer.from(JSON.stringify(address)));
  await writer.close();
  const standing = await readAddress(fs, path);
  if (standing && standing.attempt > address.attempt) return;
  await fs.delete(path);
  await fs.rename(draft, path);
}

/** Undefined where there is none, or none that can be read: ask again. */
export async function readAddress(fs: FileSystem, path: string): Promise<AppMasterAddress | undefined> {
  try {
    const text = Buffer.from(await fs.read(path)).toString();
    const { attempt, host, port } = JSON.parse(text) as Partial<AppMasterAddress>;
    if (typeof attempt !== 'number' || typeof host !== 'string' || typeof port !== 'number') return undefined;
    return { attempt, host, port };
  } catch {
    return undefined;
  }
}

/**
 * The AM that launched a container, or a later attempt of it that has made itself known; JOB_OVER where the staging folder is gone, which
 * the last AM removes when it has told the RM how the job ended. Never rejects.
 */
export async function locateAppMaster(
  { launchedBy, addressFile }: { readonly launchedBy: AppMasterAddress; readonly addressFile?: string },
  fileSystem: (path: string) => FileSystem,
): Promise<AppMasterAddress | 'JOB_OVER'> {
  if (addressFile === undefined) return launchedBy;
  const fs = fileSystem(addressFile);
  const known = await readAddress(fs, addressFile);
  if (known) return known.attempt > launchedBy.attempt ? known : launchedBy;
  const isThere = await fs.exists(posix.dirname(addressFile)).catch(() => true);
  return isThere ? launchedBy : 'JOB_OVER';
}
