/** A job file is bundled from anywhere, checked as a task would load it, and its mistakes are shown where they are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import { sum } from '@bobbin/mapreduce';
import { bundleJob } from '../../src/job/bundle-job.js';
import { evaluateJob } from '../../src/job/evaluate-job.js';

const JOB = "import { defineJob, long, sum, text } from '@bobbin/mapreduce';\n";
const DEFINITION =
  'mapOutput: { key: text, value: long }, mapper(line: string, { emit }) { emit(line, 1); }, reducer: sum';

describe('a job file', () => {
  let dir: ReturnType<typeof tempDir>;
  const file = (name: string, content: string): string => {
    const path = join(dir.path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const load = async (path: string) => evaluateJob(path, (await bundleJob(path)).code);
  const messageOf = async (path: string): Promise<string> =>
    load(path).then(
      () => 'no error',
      (error: unknown) => (error as Error).message,
    );
  beforeEach(() => void (dir = tempDir()));
  afterEach(() => dir[Symbol.dispose]());

  test('is bundled with what it imports, wherever it lies', async () => {
    file('lib/name.ts', "export const name: string = 'from a file beside it';\n");
    const job = file(
      'deep/job.ts',
      `${JOB}import { name } from '../lib/name';\nexport default defineJob({ name, ${DEFINITION} });\n`,
    );
    expect(await load(job)).toMatchObject({ kind: 'bobbin-job', name: 'from a file beside it' });
  });

  test('may be JavaScript', async () => {
    const job = file('job.mjs', `${JOB}export default defineJob({ ${DEFINITION.replace(': string', '')} });\n`);
    expect(await load(job)).toMatchObject({ kind: 'bobbin-job' });
  });

  test('carries a source map that names its files by their full paths', async () => {
    const job = file('job.ts', `${JOB}export default defineJob({ ${DEFINITION} });\n`);
    const { code } = await bundleJob(job);
    const map = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(code)?.[1] ?? '';
    const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
    expect(sources).toContain(`file://${job}`);
  });

  test('that does not exist, or is a folder, is named', async () => {
    expect(await messageOf(join(dir.path, 'absent.ts'))).toBe(
      `job file '${join(dir.path, 'absent.ts')}' does not exist`,
    );
    expect(await messageOf(dir.path)).toBe(
      `job file '${dir.path}' is a folder; name the TypeScript or JavaScript file`,
    );
  });

  test('with a syntax error is shown with file, line, column and the line itself', async () => {
    const message = await messageOf(file('broken.ts', `${JOB}export default defineJob({ mapper(line { });\n`));
    expect(message).toMatch(/broken\.ts:2:40: Expected/);
    expect(message).toContain('\n  2 | export default defineJob({ mapper(line { });\n');
    expect(message).toMatch(/\n {4}\| {40}\^/);
  });

  test('that imports what is not there says so with its place', async () => {
    const message = await messageOf(file('lost.ts', "import { x } from './nowhere';\nexport default x;\n"));
    expect(message).toMatch(/lost\.ts:1:19: Could not resolve "\.\/nowhere"/);
  });

  test('that imports what the job API does not have says so with its place', async () => {
    const message = await messageOf(
      file('wrong.ts', "import { sums } from '@bobbin/mapreduce';\nexport default sums;\n"),
    );
    expect(message).toMatch(/wrong\.ts:1:10: No matching export in "@bobbin\/mapreduce" for import "sums"/);
  });

  test('has the job API of who loads it, not a copy', async () => {
    const job = file('job.ts', `${JOB}export default defineJob({ ${DEFINITION} });\n`);
    expect((await bundleJob(job)).code).not.toContain('bobbin-job');
    expect(await load(job)).toMatchObject({ reducer: sum });
  });

  test('that throws when it is loaded shows its own line', async () => {
    const message = await messageOf(
      file('throws.ts', 'const a: number[] = [];\nthrow new Error(`no ${a.length} luck`);\n'),
    );
    expect(message).toContain('throws.ts throws when it is loaded: no 0 luck');
  });

  test.each([
    [
      'no default export',
      'export const answer = 42;\n',
      'job file has no default export; write: export default defineJob(',
    ],
    ['something else', 'export default { map() {} };\n', 'as default, not a job; write: export default defineJob('],
    [
      'a job without a mapper',
      `${JOB}export default defineJob({ mapOutput: { key: text, value: long }, reducer: sum } as never);\n`,
      'job has no mapper: add mapper(line, { emit }) { ... }',
    ],
    ['a job with two mistakes', `${JOB}export default defineJob({ mapOutput: {} } as never);\n`, 'job has no reducer'],
  ])('with %s says what to export', async (_what, content, expected) => {
    const path = file('job.ts', content);
    const message = await messageOf(path);
    expect(message).toContain(expected);
    for (const line of message.split('\n')) expect(line.startsWith(`${path}: `)).toBe(true);
  });
});
