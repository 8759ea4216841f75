/** LocalFile: failures name the file and what was tried; a full disk is called that. */
import { tempDir } from '@bobbin/common/testing';
import { join } from 'node:path';
import { LocalDiskError } from '../../src/errors.js';
import { LocalFile } from '../../src/runtime/local-file.js';
import { makeAttemptDir } from '../../src/runtime/local-dirs.js';
import { mapAttempt } from './task-stand.js';

test('a full disk', () => {
  const file = LocalFile.create('/dev/full');
  expect(() => file.write(Buffer.alloc(10), 0, 10)).toThrow(LocalDiskError);
  expect(() => file.write(Buffer.alloc(10), 0, 10)).toThrow("no space left on the disk of '/dev/full' (write)");
  file.close();
});

test('a file that is not there, and one that cannot be made', () => {
  using dir = tempDir();
  expect(() => LocalFile.openForRead(join(dir.path, 'none'))).toThrow(
    `cannot open '${join(dir.path, 'none')}': ENOENT`,
  );
  expect(() => LocalFile.create(join(dir.path, 'no', 'folder'))).toThrow(
    `cannot create '${join(dir.path, 'no', 'folder')}'`,
  );
});

test('an attempt’s folder goes to a disk that takes it; without one the error names it', () => {
  using dir = tempDir();
  LocalFile.create(join(dir.path, 'file')).close();
  const broken = join(dir.path, 'file', 'not-a-folder');
  expect(makeAttemptDir([broken, join(dir.path, 'good')], mapAttempt(0))).toBe(
    join(dir.path, 'good', 'output', mapAttempt(0)),
  );
  expect(() => makeAttemptDir([broken], mapAttempt(0))).toThrow(
    `cannot create '${join(broken, 'output', mapAttempt(0))}'`,
  );
  expect(() => makeAttemptDir([], mapAttempt(0))).toThrow('the task was given no local folder');
});
