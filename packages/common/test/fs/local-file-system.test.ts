/** LocalFileSystem: what its interface promises, and errors that name the path and what is wrong with it. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileSystemError, getFileSystem, LocalFileSystem, toLocalPath, writeFileAtomic } from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('LocalFileSystem', () => {
  const fs = new LocalFileSystem(1000);
  let dir: ReturnType<typeof tempDir>;
  const at = (...names: string[]): string => join(dir.path, ...names);
  beforeEach(() => void (dir = tempDir()));
  afterEach(() => dir[Symbol.dispose]());

  test('reads ranges, to the end and beyond it', async () => {
    writeFileSync(at('f'), '0123456789');
    expect(text(await fs.read(at('f')))).toBe('0123456789');
    expect(text(await fs.read(at('f'), 3, 4))).toBe('3456');
    expect(text(await fs.read(at('f'), 8, 100))).toBe('89');
    expect(text(await fs.read(at('f'), 20))).toBe('');
    expect(text(await fs.read(at('f'), 3, 0))).toBe('');
    let length = 0;
    writeFileSync(at('big'), Buffer.alloc(1 << 20));
    for await (const piece of fs.stream(at('big'), 10)) length += piece.length;
    expect(length).toBe((1 << 20) - 10);
  });

  test('creates only what is not there, appends to what is', async () => {
    const file = await fs.create(at('f'));
    await file.write(Buffer.from('one'));
    await file.flush();
    await file.close();
    await file.close();
    await expect(fs.create(at('f'))).rejects.toThrow(`${at('f')} exists already`);
    for (const more of [' two', ' three']) {
      const end = await fs.append(at('f'));
      await end.write(Buffer.from(more));
      await end.close();
    }
    expect(readFileSync(at('f'), 'utf8')).toBe('one two three');
  });

  test('lists by name with sizes and times; a file lists as itself; a dangling link is not there', async () => {
    await fs.mkdirs(at('d', 'sub'));
    writeFileSync(at('d', 'b'), 'xy');
    writeFileSync(at('d', 'a b'), '');
    symlinkSync('nowhere', at('d', 'link'));
    const found = await fs.list(at('d'));
    expect(found.map(({ path, type, sizeBytes }) => [path, type, type === 'file' ? sizeBytes : 0])).toEqual([
      [pathToFileURL(at('d', 'a b')).href, 'file', 0],
      [pathToFileURL(at('d', 'b')).href, 'file', 2],
      [pathToFileURL(at('d', 'sub')).href, 'directory', 0],
    ]);
    expect(found[0]).toMatchObject({ blockBytes: 1000, modifiedAtMs: Math.trunc(statSync(at('d', 'a b')).mtimeMs) });
    expect(await fs.list(at('d', 'b'))).toEqual([found[1]]);
  });

  test('renames files and folders, and replaces nothing', async () => {
    writeFileSync(at('a'), 'a');
    writeFileSync(at('b'), 'b');
    mkdirSync(at('d', 'x'), { recursive: true });
    mkdirSync(at('empty'));
    await expect(fs.rename(at('a'), at('b'))).rejects.toThrow(`${at('b')} exists already`);
    await expect(fs.rename(at('d'), at('empty'))).rejects.toThrow(`${at('empty')} exists already`);
    await expect(fs.rename(at('none'), at('c'))).rejects.toThrow(`${at('none')} does not exist`);
    await expect(fs.rename(at('a'), at('no', 'c'))).rejects.toThrow(`${at('no')} does not exist`);
    await fs.rename(at('a'), at('c'));
    await fs.rename(at('d'), at('e'));
    expect(readdirSync(dir.path).sort()).toEqual(['b', 'c', 'e', 'empty']);
    expect(readFileSync(at('b'), 'utf8')).toBe('b');
  });

  test('deletes a folder with all in it, and says where there was nothing', async () => {
    mkdirSync(at('d', 'x'), { recursive: true });
    writeFileSync(at('d', 'x', 'f'), '');
    expect(await fs.delete(at('d'))).toBe(true);
    expect(await fs.delete(at('d'))).toBe(false);
    expect(await fs.exists(at('d'))).toBe(false);
    writeFileSync(at('f'), '');
    expect(await fs.exists(at('f', 'below'))).toBe(false);
    expect(await fs.delete(at('f', 'below'))).toBe(false);
  });

  test('makes folders again without complaint, with the mode asked for', async () => {
    await fs.mkdirs(at('private', 'x'), 0o700);
    await fs.mkdirs(at('private', 'x'), 0o700);
    expect(statSync(at('private', 'x')).mode & 0o777).toBe(0o700);
  });

  test('makes one folder again without complaint, and none above it', async () => {
    await fs.mkdir(at('one'));
    await fs.mkdir(at('one'));
    expect(readdirSync(dir.path)).toEqual(['one']);
    await expect(fs.mkdir(at('no', 'x'))).rejects.toMatchObject({ errno: 'ENOENT', path: at('no') });
    writeFileSync(at('f'), '');
    await expect(fs.mkdir(at('f'))).rejects.toThrow(`${at('f')} exists already`);
  });

  test.each([
    ['a file that is missing', () => fs.read(at('no')), 'no does not exist', 'ENOENT'],
    ['a folder that is missing', () => fs.list(at('no')), 'no does not exist', 'ENOENT'],
    ['a folder read as a file', () => fs.read(dir.path), 'is a folder, not a file', 'EISDIR'],
    ['a file used as a folder', () => fs.stat(at('f', 'x')), 'has a file where a folder should be', 'ENOTDIR'],
    ['a new file in a missing folder', () => fs.create(at('no', 'f')), 'no does not exist', 'ENOENT'],
    ['folders below a file', () => fs.mkdirs(at('f', 'x')), 'has a file where a folder should be', 'ENOTDIR'],
  ])('says what is wrong with %s', async (_what, act, saying, errno) => {
    writeFileSync(at('f'), '');
    const error = await act().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileSystemError);
    expect(error).toMatchObject({ errno, message: expect.stringContaining(saying) as string });
  });

  test('says what is not permitted', () => {
    const error = new FileSystemError(
      '/a/b',
      Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }),
    );
    expect(error.message).toBe(
      '/a/b is not permitted; look at its owner and mode, and at those of the folders above it',
    );
    expect(error.hadoopClass).toBe('org.apache.hadoop.security.AccessControlException');
  });

  test('says when the disk is full', async () => {
    const file = await fs.append('/dev/full');
    await expect(file.write(Buffer.from('x'))).rejects.toThrow('/dev/full cannot be written: the disk is full');
  });
});

describe('paths', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/a/../b/', '/b'],
    ['file:///a%20b', '/a b'],
    ['file:/a', '/a'],
    ['file://localhost/a', '/a'],
    ['rel', join(process.cwd(), 'rel')],
  ])('%s is the local path %s', (path, local) => expect(toLocalPath(path)).toBe(local));

  test('what is not on this machine is refused', () => {
    expect(() => toLocalPath('hdfs://nn/a')).toThrow('hdfs://nn/a cannot be used: it is not a file on this machine');
    expect(() => toLocalPath('file://other/a')).toThrow("'other' is another machine");
    expect(() => getFileSystem('s3a://bucket/x')).toThrow(
      "there is no file system for 's3a:'; this release knows 'file:'",
    );
    expect(getFileSystem('/x').scheme).toBe('file');
    expect(getFileSystem('FILE:///x').scheme).toBe('file');
  });
});

describe('writeFileAtomic', () => {
  test('replaces a file, makes its folder, keeps the mode, leaves nothing else', () => {
    using dir = tempDir();
    const file = join(dir.path, 'a', 'secret');
    writeFileAtomic(file, 'old', { mode: 0o600 });
    writeFileAtomic(file, Buffer.from('new'), { mode: 0o600 });
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir.path, 'a'))).toEqual(['secret']);
  });

  test('what cannot be written leaves the old file and says why', () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, 'target'));
    expect(() => writeFileAtomic(join(dir.path, 'target'), 'x')).toThrow(/target is a folder, not a file/);
    expect(readdirSync(dir.path)).toEqual(['target']);
  });
});
