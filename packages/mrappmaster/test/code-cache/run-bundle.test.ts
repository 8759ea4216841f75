/** A bundle runs the same with the code of an earlier start, without it, and with what is left of it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';

const source = join(__dirname, '../../src/code-cache/run-bundle.ts');
const program = `
const answer = () => 6 * 7;
module.exports = answer();
codeCache.keep();
if (process.argv[2] === 'fail') throw new Error('a fault');
`;

let dir: ReturnType<typeof tempDir>;
beforeEach(() => {
  dir = tempDir();
  writeFileSync(
    join(dir.path, 'program.cjs'),
    `require(${JSON.stringify(source)}).runBundle({ program: ${JSON.stringify(program)}, file: __filename, require, module,
       purpose: 'test', env: process.env });
     process.stdout.write(String(module.exports));`,
  );
});
afterEach(() => dir[Symbol.dispose]());

function start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, options: string[] = []) {
  const command = [...options, join(dir.path, 'program.cjs'), ...args];
  const done = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  return { answer: done.stdout, stderr: done.stderr };
}

const kept = (): string[] => readdirSync(dir.path).filter((name) => name.endsWith('.test'));

function keptFile(): string {
  const [name = ''] = kept();
  return join(dir.path, name);
}

test('the first start keeps its code, under the version of Node, and a later one leaves it as it is', () => {
  expect(start().answer).toBe('42');
  expect(kept()).toEqual([`program.cjs.${process.version}-${process.arch}-0.test`]);
  const before = readFileSync(keptFile());
  expect(start().answer).toBe('42');
  expect(readFileSync(keptFile()).equals(before)).toBe(true);
  expect(readdirSync(dir.path)).toHaveLength(2);
});

test('under other options of Node another code is kept, since V8 would refuse this one', () => {
  start();
  const before = readFileSync(keptFile());
  for (let starts = 0; starts < 2; starts++) expect(start([], {}, ['--max-old-space-size=100']).answer).toBe('42');
  expect(kept()).toHaveLength(2);
  expect(readFileSync(keptFile()).equals(before)).toBe(true);
});

test('code that V8 refuses is made anew', () => {
  start([], {}, ['--no-opt']);
  const ofOthers = readFileSync(keptFile());
  start();
  const [first = '', second = ''] = kept().map((name) => join(dir.path, name));
  const ours = readFileSync(first).equals(ofOthers) ? second : first;
  writeFileSync(ours, ofOthers);
  expect(start().answer).toBe('42');
  expect(readFileSync(ours).equals(ofOthers)).toBe(false);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['torn', (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ['empty', () => Buffer.alloc(0)],
  ['changed in one bit', (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)))],
])('code that is %s is made anew', (_, spoil) => {
  start();
  const before = readFileSync(keptFile());
  writeFileSync(keptFile(), spoil(before));
  expect(start().answer).toBe('42');
  expect(readFileSync(keptFile())).toHaveLength(before.length);
});

test("Node's own switch for compile caches turns it off", () => {
  expect(start([], { NODE_DISABLE_COMPILE_CACHE: '1' }).answer).toBe('42');
  expect(kept()).toEqual([]);
});

test.each(['without', 'with'])('%s code of an earlier start, a stack names line and column of the bundle', (how) => {
  if (how === 'with') start();
  expect(start(['fail']).stderr).toContain(`${join(dir.path, 'program.cjs')}:5:39`);
});
