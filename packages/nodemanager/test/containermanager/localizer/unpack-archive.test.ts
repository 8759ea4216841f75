/** Archives: what is unpacked, and that nothing lands outside its folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { tempDir } from '@bobbin/common/testing';
import { isArchive, unpackArchive } from '../../../src/containermanager/localizer/unpack-archive.js';

/** A zip of stored (not compressed) entries. */
function zip(entries: Record<string, string>): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const body = Buffer.from(text);
    const id = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(id.length, 22);
    files.push(Buffer.from('504b0304', 'hex'), common, id, body);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('504b01021403', 'hex'), common, tail, id);
    offset += 30 + id.length + body.length;
  }
  const size = Buffer.concat(directory).length;
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(entries).length, 4);
  end.writeUInt16LE(Object.keys(entries).length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, Buffer.from('504b0506', 'hex'), end]);
}

describe('unpackArchive', () => {
  test.each(['a.tar', 'a.tar.gz', 'a.tgz', 'a.zip', 'a.jar', 'A.ZIP'])('%s is unpacked', (name) =>
    expect(isArchive(name)).toBe(true),
  );
  test.each(['a.txt', 'a.gz', 'tar', 'a.zip.bak'])('%s is copied', (name) => expect(isArchive(name)).toBe(false));

  test.each([
    ['a.tar', ['-cf']],
    ['a.tar.gz', ['-czf']],
  ])('%s with folders and links', async (name, flags) => {
    using dir = tempDir();
    mkdirSync(join(dir.path, 'in', 'sub'), { recursive: true });
    writeFileSync(join(dir.path, 'in', 'sub', 'file'), 'text');
    symlinkSync('sub/file', join(dir.path, 'in', 'link'));
    const archive = join(dir.path, name);
    expect(spawnSync('tar', [...flags, archive, '-C', join(dir.path, 'in'), '.']).status).toBe(0);
    await unpackArchive(archive, join(dir.path, 'out'));
    expect(readFileSync(join(dir.path, 'out', 'link'), 'utf8')).toBe('text');
  });

  test('zip', async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'a.jar'), zip({ 'META-INF/': '', 'META-INF/MANIFEST.MF': 'x', top: 'y' }));
    await unpackArchive(join(dir.path, 'a.jar'), join(dir.path, 'out'));
    expect(readFileSync(join(dir.path, 'out', 'META-INF', 'MANIFEST.MF'), 'utf8')).toBe('x');
    expect(readFileSync(join(dir.path, 'out', 'top'), 'utf8')).toBe('y');
  });

  test.each(['../evil', '/tmp/bobbin-evil', 'a/../../evil'])('a zip entry %s fails the archive', async (entry) => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'a.zip'), zip({ good: 'x', [entry]: 'evil' }));
    await expect(unpackArchive(join(dir.path, 'a.zip'), join(dir.path, 'out'))).rejects.toThrow();
    expect(existsSync(join(dir.path, 'evil'))).toBe(false);
    expect(existsSync('/tmp/bobbin-evil')).toBe(false);
  });

  test.each([
    ['an entry that climbs', (dir: string) => ['-cPf', 'a.tar', '-C', join(dir, 'in'), '../evil-source']],
    ['an absolute entry', (dir: string) => ['-cPf', 'a.tar', join(dir, 'evil-source')]],
    ['a link out', (dir: string) => ['-cPf', 'a.tar', '-C', join(dir, 'in'), 'out-link']],
  ])('a tar with %s fails', async (_, args) => {
    using dir = tempDir();
    mkdirSync(join(dir.path, 'in'));
    writeFileSync(join(dir.path, 'evil-source'), 'evil');
    symlinkSync('../../evil-source', join(dir.path, 'in', 'out-link'));
    expect(spawnSync('tar', args(dir.path), { cwd: dir.path }).status).toBe(0);
    await expect(unpackArchive(join(dir.path, 'a.tar'), join(dir.path, 'x', 'out'))).rejects.toThrow(/outside/);
  });

  test('what is no archive fails', async () => {
    using dir = tempDir();
    for (const name of ['a.zip', 'a.tar.gz']) {
      writeFileSync(join(dir.path, name), 'not an archive');
      await expect(unpackArchive(join(dir.path, name), join(dir.path, `${name}-out`))).rejects.toThrow();
    }
  });
});
