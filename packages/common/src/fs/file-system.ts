/**
 * FileSystem: where input, output and staging files live. Hadoop: fs.FileSystem. `file://` is the first; object stores and HDFS
 * come behind the same interface, so nothing here promises more than they can give: a rename of a file replaces nothing, a rename of
 * a folder may not be atomic and no commit relies on it (DESIGN D11). Paths are URLs or bare paths of the file system. The data path reads and
 * writes local files by descriptor itself: `toLocalPath` says where they are.
 */

export interface FileStatus {
  /** URL, in the form of the file system. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  /** Whole milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** Size of the pieces a reader should take it in. */
  readonly blockBytes: number;
}

/** A file that is being written; nobody may count on what is not yet flushed. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Through to the device. */
  flush(): Promise<void>;
  /** Flushes and closes. A second call does nothing. */
  close(): Promise<void>;
}

/** Every method throws a FileSystemError naming the path and what is wrong with it. */
export interface FileSystem {
  /** `file`, `hdfs`, ... */
  readonly scheme: string;
  /** Bytes from `start`, at most `length` (to the end where absent); fewer at the end of the file. */
  read(path: string, start?: number, length?: number): Promise<Uint8Array>;
  /** The same as pieces of moderate size. */
  stream(path: string, start?: number, length?: number): AsyncIterable<Uint8Array>;
  /** Makes a new file; it must not exist, its folder must. */
  create(path: string): Promise<FileWriter>;
  /** Opens a file at its end, and makes it where there is none. */
  append(path: string): Promise<FileWriter>;
  /** What a folder holds, sorted by name; a file's own status where `path` is a file. */
  list(path: string): Promise<readonly FileStatus[]>;
  stat(path: string): Promise<FileStatus>;
  exists(path: string): Promise<boolean>;
  /** With the folders above it; fine where it exists. `mode` counts for folders that are made. */
  mkdirs(path: string, mode?: number): Promise<void>;
  /** One folder, in one that must exist; fine where it exists itself. */
  mkdir(path: string): Promise<void>;
  /** The target must not exist, its folder must. */
  rename(from: string, to: string): Promise<void>;
  /** A folder with all that is in it. False where there was nothing. */
  delete(path: string): Promise<boolean>;
  /** The path of a file on this machine; throws where the file system is not local. */
  toLocalPath(path: string): string;
}
