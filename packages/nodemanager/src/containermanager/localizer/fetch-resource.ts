/**
 * fetchResource: brings one local resource into a cache folder. Hadoop: yarn.util.FSDownload. The source must be as old as declared;
 * a PUBLIC one must be readable by everybody along its whole path. It is made beside its place and renamed into it, so that a
 * folder with the final name is complete. Local files are cloned where the disk can, copied where it cannot.
 */
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { constants, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, getFileSystem, type LocalResource } from '@bobbin/common';
import { LocalizationError } from '../../errors.js';
import { isArchive, unpackArchive } from './unpack-archive.js';

export interface FetchedResource {
  /** The file, or the folder an archive was unpacked into. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Fetches `resource` into the new folder `destination`. Throws LocalizationError; nothing is left behind then. */
export async function fetchResource(resource: LocalResource, destination: string): Promise<FetchedResource> {
  const source = localPathOf(resource);
  const status = await statusOf(resource, source);
  if (Math.floor(status.mtimeMs) !== resource.timestampMs) {
    throw new LocalizationError(
      `Resource ${resource.url} changed on src filesystem - expected: ${resource.timestampMs}, was: ` +
        `${Math.floor(status.mtimeMs)}, current time is not compared; submit again with the file as it is now`,
    );
  }
  if (resource.visibility === 'PUBLIC') await checkPublic(resource, source);
  if (resource.type === 'PATTERN') {
    throw new LocalizationError(
      `Resource ${resource.url} has type PATTERN, which this release does not unpack; use ARCHIVE`,
    );
  }
  const temporary = `${destination}_tmp`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true, mode: 0o755 });
    const name = basename(source);
    const target = join(temporary, name);
    if (resource.type === 'ARCHIVE' && isArchive(name)) await unpackArchive(source, target);
    else await copy(source, target, status);
    await rename(temporary, destination);
    return { path: join(destination, name), sizeBytes: await sizeOf(join(destination, name)) };
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof LocalizationError) throw error;
    throw new LocalizationError(`Resource ${resource.url} cannot be localized: ${messageOf(error)}`, error);
  }
}

function localPathOf(resource: LocalResource): string {
  try {
    return getFileSystem(resource.url).toLocalPath(resource.url);
  } catch (error) {
    throw new LocalizationError(`Resource ${resource.url} cannot be localized: ${messageOf(error)}`, error);
  }
}

async function statusOf(resource: LocalResource, source: string): Promise<Stats> {
  try {
    return await stat(source);
  } catch (error) {
    throw new LocalizationError(`File does not exist: ${resource.url} (${messageOf(error)})`, error);
  }
}

/** Readable by others, and every folder above it searchable by others. Hadoop: FSDownload.isPublic. */
async function checkPublic(resource: LocalResource, source: string): Promise<void> {
  const problem = await notPublic(source);
  if (problem === undefined) return;
  throw new LocalizationError(
    `Resource ${resource.url} is not publicly accessible and as such cannot be part of the public cache: ${problem}`,
  );
}

async function notPublic(source: string): Promise<string | undefined> {
  if (((await stat(source)).mode & 0o004) === 0) return `'${source}' is not readable by others`;
  for (let dir = dirname(source); ; dir = dirname(dir)) {
    if (((await stat(dir)).mode & 0o001) === 0) return `folder '${dir}' is not searchable by others`;
    if (dir === dirname(dir)) return undefined;
  }
}

async function copy(source: string, target: string, status: Stats): Promise<void> {
  if (status.isDirectory()) {
    await mkdir(target, { mode: 0o755 });
    for (const entry of await readdir(source)) {
      await copy(join(source, entry), join(target, entry), await stat(join(source, entry)));
    }
    return;
  }
  if (!status.isFile()) throw new LocalizationError(`'${source}' is neither a file nor a folder`);
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, 0o500);
}

async function sizeOf(path: string): Promise<number> {
  const status = await lstat(path);
  if (!status.isDirectory()) return status.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
