/**
 * unpackArchive: .tar, .tar.gz, .tgz, .zip and .jar into a folder. Hadoop: util.RunJar.unJar, fs.FileUtil.{unTar,unZip}.
 * An archive comes from a user: an entry that would land outside the folder, by `..`, by an absolute path or through a link, fails
 * the whole of it. The libraries are loaded when the first archive comes: most nodes never see one.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LocalizationError } from '../../errors.js';

/** Whether a name ends in a way Hadoop unpacks; other ARCHIVEs are copied. */
export function isArchive(name: string): boolean {
  return /\.(tar|tar\.gz|tgz|zip|jar)$/i.test(name);
}

/** Unpacks into the new folder `target`. Throws LocalizationError or what the file system throws; the target may be half full then. */
export async function unpackArchive(archive: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o755 });
  if (/\.(zip|jar)$/i.test(archive)) await unpackZip(archive, target);
  else await unpackTar(archive, target);
}

async function unpackTar(archive: string, target: string): Promise<void> {
  const { extract } = await import('tar');
  let refused: string | undefined;
  await extract({
    file: archive,
    cwd: target,
    strict: true,
    filter: (path, entry) => {
      const link = 'linkpath' in entry ? entry.linkpath : undefined;
      if (!isInside(path) || (link !== undefined && link !== '' && !isInside(posix.join(posix.dirname(path), link)))) {
        refused ??= path;
        return false;
      }
      return true;
    },
  });
  if (refused !== undefined) throw outside(archive, refused);
}

async function unpackZip(archive: string, target: string): Promise<void> {
  const yauzl = await import('yauzl');
  const zip = await yauzl.openPromise(archive, { strictFileNames: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!isInside(entry.fileName)) throw outside(archive, entry.fileName);
      const path = join(target, entry.fileName);
      if (entry.fileName.endsWith('/')) {
        await mkdir(path, { recursive: true });
        continue;
      }
      await mkdir(dirname(path), { recursive: true });
      // The mode stands in the upper half where the archive was made on Unix.
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode, flags: 'wx' }));
    }
  } finally {
    zip.close();
  }
}

function isInside(path: string): boolean {
  const clean = normalize(path);
  return !isAbsolute(path) && clean !== '..' && !clean.startsWith('../') && !path.includes('\0');
}

function outside(archive: string, entry: string): LocalizationError {
  return new LocalizationError(`Archive '${archive}' holds '${entry}', which would be unpacked outside its folder`);
}
