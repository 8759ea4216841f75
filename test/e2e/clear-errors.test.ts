/** What goes wrong before a job runs: each error names the thing, the value and what would be right; exit code not 0; nothing lost. */
import { createServer } from 'node:net';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bobbin, repository } from './support/bobbin.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { lines } from './support/text.js';

jest.setTimeout(60_000);

let cluster: LocalCluster;
let input: string;
beforeAll(async () => {
  cluster = await localCluster(1);
  input = lines(join(cluster.path, 'in.txt'), ['a b', 'a']);
});
afterAll(() => cluster.stop());

const wordCount = join(repository, 'examples/wordcount/wordcount.ts');

async function fails(...args: string[]): Promise<string> {
  const result = await cluster.run(...args);
  expect(result.code).not.toBe(0);
  const said = result.stdout + result.stderr;
  expect(said).not.toMatch(/^\s+at .*\bpackages\//m);
  return said;
}

const submit = (job: string, from: string, output: string, ...more: string[]): Promise<string> =>
  fails('job', 'submit', job, '--input', from, '--output', join(cluster.path, output), ...more);

function jobFile(name: string, content: string): string {
  const file = join(cluster.path, name);
  writeFileSync(file, content);
  return file;
}

test('a missing input is named', async () => {
  expect(await submit(wordCount, join(cluster.path, 'nowhere'), 'o1')).toMatch(/does not exist.*nowhere/);
});

test('an output that exists is named and left as it is', async () => {
  mkdirSync(join(cluster.path, 'precious'));
  writeFileSync(join(cluster.path, 'precious', 'data'), 'keep me');
  expect(await submit(wordCount, input, 'precious')).toMatch(/precious.*exists/);
  expect(readFileSync(join(cluster.path, 'precious', 'data'), 'utf8')).toBe('keep me');
});

test('a syntax error in the job file is shown with file, line and column', async () => {
  const file = jobFile(
    'broken.ts',
    "import { defineJob } from '@bobbin/mapreduce';\nexport default defineJob({ mapper(line { });\n",
  );
  expect(await submit(file, input, 'o2')).toMatch(/broken\.ts:2:\d+/);
});

test('a job without a mapper says what to add', async () => {
  const file = jobFile(
    'no-mapper.ts',
    "import { long, sum, text } from '@bobbin/mapreduce';\nexport default { kind: 'bobbin-job', apiVersion: 1, input: { kind: 'text-input' }, output: { kind: 'text-output' }, mapOutput: { key: text, value: long }, reducer: sum };\n",
  );
  expect(await submit(file, input, 'o3')).toContain('job has no mapper');
});

test('a file that exports no job says what to export', async () => {
  expect(await submit(jobFile('not-a-job.ts', 'export const answer = 42;\n'), input, 'o4')).toContain(
    'export default defineJob',
  );
});

test('a job file that does not exist is named', async () => {
  expect(await submit(join(cluster.path, 'absent.ts'), input, 'o5')).toContain('absent.ts');
});

test.each([
  ['mapreduce.map.memory.mb=lots', /mapreduce\.map\.memory\.mb.*lots/],
  ['bobbin.job.container-resue.enable=true', /bobbin\.job\.container-reuse\.enable/],
  ['mapreduce.job.reduces', /key=value/],
])('-D %s is refused with the key, the value and what would be right', async (define, expected) => {
  expect(await submit(wordCount, input, 'o6', '-D', define)).toMatch(expected);
});

test('more memory than any node has is refused with what there is', async () => {
  const said = await submit(
    wordCount,
    input,
    'o7',
    '-D',
    'mapreduce.map.memory.mb=900000',
    '-D',
    'mapreduce.job.ubertask.enable=false',
  );
  expect(said).toMatch(/900000/);
  expect(said).toMatch(/8192/);
});

test('an unknown application id is named', async () => {
  expect(await fails('app', 'status', 'application_1700000000000_0099')).toContain('application_1700000000000_0099');
  expect(await fails('job', 'status', 'job_1700000000000_0099')).toMatch(/(job|application)_1700000000000_0099/);
});

test('a malformed id is named, with one that is right', async () => {
  expect(await fails('app', 'status', 'application-1')).toMatch(/application-1.*application_1700000000000_0001/s);
});

test('a ResourceManager that is not there is named, with what to do', async () => {
  const dir = join(cluster.path, 'ghost');
  mkdirSync(join(dir, 'conf'), { recursive: true });
  writeFileSync(
    join(dir, 'conf', 'bobbin.json'),
    JSON.stringify({ 'yarn.resourcemanager.address': '127.0.0.1:1', 'bobbin.client.connect.max-wait-ms': '100' }),
  );
  const said = await fails('app', 'list', '--dir', dir);
  expect(said).toContain('127.0.0.1:1');
  expect(said).toContain('bobbin cluster start');
});

test('a port in use is named, and the daemon ends', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const result = await bobbin([
    'resourcemanager',
    '-D',
    `yarn.resourcemanager.address=127.0.0.1:${port}`,
    '-D',
    `hadoop.tmp.dir=${join(cluster.path, 'tmp2')}`,
    '-D',
    'yarn.resourcemanager.hostname=127.0.0.1',
  ]);
  server.close();
  expect(result.code).not.toBe(0);
  expect(result.stdout + result.stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*in use`));
});

test('a folder that cannot be written is named', async () => {
  const file = lines(join(cluster.path, 'a-file'), ['x']);
  const said = await fails('cluster', 'start', '--dir', join(file, 'cluster'));
  expect(said).toContain(join(file, 'cluster'));
});

test('none of the failed submissions left a staging folder or an output', async () => {
  expect((await cluster.run('job', 'list', '--all')).code).toBe(0);
  for (let n = 1; n <= 6; n++) expect(existsSync(join(cluster.path, `o${n}`))).toBe(false);
});
