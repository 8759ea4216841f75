/** SqliteStore: one commit per turn, all or nothing, after a kill at any point; rot is refused by name. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { openStoreDatabase, SqliteStore, StoreCorruptError, StoreError } from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';

const SCHEMA = { name: 'testdaemon', version: 1, tables: ['apps', 'keys'] } as const;

const open = (file: string): SqliteStore => new SqliteStore(openStoreDatabase(file), SCHEMA);
const content = (store: SqliteStore, table = 'apps'): Record<string, string> =>
  Object.fromEntries(store.rows(table).map(({ key, value }) => [key, value.toString()]));

/** What a kill leaves behind: the files as they are now. */
function crashImage(file: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const image = join(folder, 'store.db');
  copyFileSync(file, image);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${image}-wal`);
  return image;
}

describe('SqliteStore', () => {
  let dir: ReturnType<typeof tempDir>;
  let file: string;
  beforeEach(() => {
    dir = tempDir();
    file = join(dir.path, 'state', 'store.db');
  });
  afterEach(() => dir[Symbol.dispose]());

  test('what is collected is not there before the commit, and all there after it', () => {
    const store = open(file);
    store.put('apps', 'b', '2');
    store.put('apps', 'a', Buffer.from([49]));
    store.put('apps', 'c', 'gone');
    store.delete('apps', 'c');
    expect(content(store)).toEqual({});
    store.commit();
    expect(store.rows('apps').map(({ key }) => key)).toEqual(['a', 'b']);
    store.close();
    expect(content(open(file))).toEqual({ a: '1', b: '2' });
  });

  test('a prefix takes away what starts with it and nothing else', () => {
    const store = open(file);
    for (const key of ['app_1', 'app_1/a', 'app_1/é', 'app_10', 'app_2', 'ap']) store.put('apps', key, '');
    store.deletePrefix('apps', 'app_1/');
    store.commit();
    expect(Object.keys(content(store))).toEqual(['ap', 'app_1', 'app_10', 'app_2']);
  });

  test('actions wait for the commit, run in order, and what they collect waits for the next', () => {
    const store = open(file);
    const seen: string[] = [];
    store.put('apps', 'a', '1');
    store.afterCommit(() => {
      seen.push(`first sees ${content(store)['a']}`);
      store.put('apps', 'b', '2');
      store.afterCommit(() => seen.push('third'));
    });
    store.afterCommit(() => seen.push('second'));
    expect(seen).toEqual([]);
    store.commit();
    expect(seen).toEqual(['first sees 1', 'second']);
    expect(content(store)).toEqual({ a: '1' });
    store.commit();
    expect(seen).toEqual(['first sees 1', 'second', 'third']);
    expect(content(store)).toEqual({ a: '1', b: '2' });
  });

  test('killed between any two writes, a store holds exactly the commits that returned', () => {
    const write = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.option(fc.string(), { nil: undefined }),
    });
    let run = 0;
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 5 }), { maxLength: 6 }), (turns) => {
        const name = join(dir.path, `run${run++}`);
        const store = open(join(name, 'store.db'));
        const expected: Record<string, string> = {};
        turns.forEach((writes, turn) => {
          const committed = { ...expected };
          for (const { key, value } of writes) {
            if (value === undefined) {
              store.delete('apps', key);
              delete expected[key];
            } else {
              store.put('apps', key, value);
              expected[key] = value;
            }
          }
          const before = open(crashImage(join(name, 'store.db'), join(name, `before${turn}`)));
          expect(content(before)).toEqual(committed);
          before.close();
          store.commit();
          const after = open(crashImage(join(name, 'store.db'), join(name, `after${turn}`)));
          expect(content(after)).toEqual(expected);
          after.close();
        });
        store.close();
      }),
      { numRuns: 15 },
    );
  });

  test('a commit that fails keeps what it could not write, and tells nobody that it is safe', () => {
    const database = openStoreDatabase(file);
    const store = new SqliteStore(database, SCHEMA);
    const told: string[] = [];
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages + 1}`);
    store.put('apps', 'big', Buffer.alloc(100_000, 1));
    store.afterCommit(() => told.push('safe'));
    expect(() => store.commit()).toThrow(`${file} cannot be written: database or disk is full`);
    expect(told).toEqual([]);
    database.pragma('max_page_count = 1000000');
    store.commit();
    expect(told).toEqual(['safe']);
    expect(store.rows('apps')).toHaveLength(1);
  });

  test('a row that rotted is refused by its name, wherever the rot is', () => {
    const store = open(file);
    store.put('apps', 'application_1_0001', 'the state of it');
    store.put('apps', 'application_1_0002', 'x');
    store.close();
    const raw = new Database(file);
    raw.prepare("UPDATE apps SET value = CAST('the state of If' AS BLOB) WHERE key LIKE '%0001'").run();
    raw.close();
    const rotten = open(file);
    expect(() => rotten.rows('apps')).toThrow(StoreCorruptError);
    expect(() => rotten.rows('apps')).toThrow(
      `${file} is damaged: row 'application_1_0001' of table apps is not as it was written; ` +
        'restore it from a copy, or move it away and begin with an empty store',
    );
    rotten.close();
  });

  test('a row under the key or in the table of another is refused', () => {
    const store = open(file);
    store.put('apps', 'a', 'x');
    store.commit();
    store.close();
    const raw = new Database(file);
    raw.exec("UPDATE apps SET key = 'b'; INSERT INTO keys SELECT * FROM apps");
    raw.close();
    const rotten = open(file);
    expect(() => rotten.rows('apps')).toThrow("row 'b' of table apps");
    expect(() => rotten.rows('keys')).toThrow("row 'b' of table keys");
    rotten.close();
  });

  test('a single flipped bit anywhere in the file is never believed', () => {
    const store = open(file);
    for (let i = 0; i < 50; i++)
      store.put('apps', `application_1_${String(i).padStart(4, '0')}`, `state ${i}`.repeat(20));
    store.close();
    const whole = content(open(crashImage(file, join(dir.path, 'whole'))));
    const bytes = readFileSync(file);
    let run = 0;
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const copy = join(dir.path, `flip${run++}.db`);
        writeFileSync(copy, damaged);
        let read: Record<string, string>;
        try {
          const flipped = open(copy);
          read = content(flipped);
          flipped.close();
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
          return;
        }
        for (const [key, value] of Object.entries(read)) expect(whole[key]).toBe(value);
      }),
      // Bit 30423 stands in the name of a column.
      { numRuns: 60, examples: [[30423]] },
    );
  });

  test('the store of another daemon, and that of a newer release, are refused', () => {
    open(file).close();
    expect(() => new SqliteStore(openStoreDatabase(file), { ...SCHEMA, name: 'nodemanager' })).toThrow(
      `${file} is the store of the testdaemon, not of the nodemanager`,
    );
    const raw = new Database(file);
    raw.exec('UPDATE bobbin_store SET version = 7');
    raw.close();
    expect(() => open(file)).toThrow(`${file} has schema 7, this release knows 1; start the release that wrote it`);
  });

  test('a second daemon on the same file is told that it is in use', () => {
    const store = open(file);
    expect(() => openStoreDatabase(file, 0)).toThrow(
      `${file} is in use by another process; stop it first, or give this one a folder of its own`,
    );
    store.close();
    open(file).close();
  });

  test('what is no database, and a folder that cannot be made, are said', () => {
    const text = join(dir.path, 'text.db');
    writeFileSync(text, 'this is not a database, however long it may be'.repeat(10));
    expect(() => openStoreDatabase(text)).toThrow(`${text} is damaged: file is not a database`);
    expect(() => openStoreDatabase(join(text, 'x', 'store.db'))).toThrow(/store\.db cannot be opened: ENOTDIR/);
  });

  test('its folder is for its owner only; closing twice is fine; an unknown table is our own mistake', () => {
    const store = open(file);
    expect(statSync(join(dir.path, 'state')).mode & 0o777).toBe(0o700);
    expect(() => store.put('nodes', 'a', '')).toThrow("store has no table 'nodes'");
    store.put('apps', 'last', 'words');
    store.close();
    store.close();
    expect(content(open(file))).toEqual({ last: 'words' });
  });

  test('runs on memory for a simulation, which keeps the connection across a crash', () => {
    const database = openStoreDatabase(':memory:');
    const first = new SqliteStore(database, SCHEMA);
    first.put('apps', 'a', '1');
    first.commit();
    first.put('apps', 'b', 'lost with the process');
    expect(content(new SqliteStore(database, SCHEMA))).toEqual({ a: '1' });
  });
});
