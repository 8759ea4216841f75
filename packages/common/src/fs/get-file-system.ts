/** getFileSystem: the file system a URL belongs to, by its scheme. Hadoop: fs.FileSystem.get. */
import { FileSystemError } from './file-system-error.js';
import type { FileSystem } from './file-system.js';
import { LocalFileSystem } from './local-file-system.js';

const local = new LocalFileSystem();

/** The file system of `url`; a bare path is local. Throws FileSystemError for a scheme this release does not know. */
export function getFileSystem(url: string): FileSystem {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase() ?? 'file';
  if (scheme === 'file') return local;
  throw new FileSystemError(url, new Error(`there is no file system for '${scheme}:'; this release knows 'file:'`));
}
