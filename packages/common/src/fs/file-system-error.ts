/** FileSystemError: a file operation that failed, said so that a user knows which file and what to do. Hadoop: fs.*Exception. */
import { errnoOf, messageOf, YarnError } from '../errors.js';

const SAYINGS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EEXIST: 'exists already',
  EACCES: 'is not permitted; look at its owner and mode, and at those of the folders above it',
  EPERM: 'is not permitted; look at its owner and mode, and at those of the folders above it',
  ENOTDIR: 'has a file where a folder should be',
  EISDIR: 'is a folder, not a file',
  ENOTEMPTY: 'is a folder that is not empty',
  ENOSPC: 'cannot be written: the disk is full',
  EDQUOT: 'cannot be written: the quota is used up',
  EROFS: 'cannot be written: the file system is read-only',
  EMFILE: 'cannot be opened: this process has too many open files',
  ENAMETOOLONG: 'has a name that is too long',
};

const HADOOP_CLASSES: Readonly<Record<string, string>> = {
  ENOENT: 'java.io.FileNotFoundException',
  EEXIST: 'org.apache.hadoop.fs.FileAlreadyExistsException',
  EACCES: 'org.apache.hadoop.security.AccessControlException',
  EPERM: 'org.apache.hadoop.security.AccessControlException',
  ENOTDIR: 'org.apache.hadoop.fs.ParentNotDirectoryException',
  ENOTEMPTY: 'org.apache.hadoop.fs.PathIsNotEmptyDirectoryException',
};

/** Thrown by every FileSystem. `errno` is Node's code, such as `ENOENT`, for those who treat a case of their own. */
export class FileSystemError extends YarnError {
  readonly path: string;
  readonly errno: string | undefined;

  constructor(path: string, cause: unknown) {
    const errno = errnoOf(cause);
    super(`${path} ${SAYINGS[errno ?? ''] ?? `cannot be used: ${messageOf(cause)}`}`, {
      code: 'FILE_SYSTEM',
      status: errno === 'ENOENT' ? 'NOT_FOUND' : 'FAILED_PRECONDITION',
      hadoopClass: HADOOP_CLASSES[errno ?? ''] ?? 'java.io.IOException',
      cause,
    });
    this.path = path;
    this.errno = errno;
  }
}
