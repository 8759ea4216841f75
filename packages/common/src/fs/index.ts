/** Files: one interface, the local file system, atomic writes of small files. */
export type { FileStatus, FileSystem, FileWriter } from './file-system.js';
export { FileSystemError } from './file-system-error.js';
export { LocalFileSystem, toLocalPath } from './local-file-system.js';
export { getFileSystem } from './get-file-system.js';
export { writeFileAtomic, syncFolder, type AtomicWriteOptions } from './atomic.js';
