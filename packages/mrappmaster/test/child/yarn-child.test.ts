/** A task's process, with real threads, sockets and files: whatever user code does, the AM learns what happened, and nothing lingers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getFileSystem } from '@bobbin/common';
import { FileOutputCommitter } from '@bobbin/mapreduce/runtime';
import { FakeAppMaster } from './fake-app-master.js';

jest.setTimeout(60_000);

const fixture = readFileSync(join(__dirname, 'fixtures/jobs.ts'), 'utf8').split('\n');
/** The line number that a fixture marks with a comment. */
const marked = (what: string): number =>
  fixture.findIndex((line) => line.includes(what) && line.includes('// line')) + 1;

test('a task runs, is done, and its container asks for the next one in a fresh module', async () => {
  await using am = await FakeAppMaster.start();
  const first = am.launch('a b\nc d\n', 0);
  const child = am.spawnChild();
  await am.event('TA_DONE');
  const status = am.status();
  expect(status).toMatchObject({ attemptId: first, progress: 1 });
  expect(status?.counters?.['User']).toEqual({ lines: 2 });
  const used = status?.counters?.['org.apache.hadoop.mapreduce.TaskCounter'] ?? {};
  expect(used).toMatchObject({ MAP_INPUT_RECORDS: 2, MAP_OUTPUT_RECORDS: 2 });
  expect(used['CPU_MILLISECONDS']).toBeGreaterThan(0);
  expect(used['PHYSICAL_MEMORY_BYTES']).toBeGreaterThan(10 << 20);
  expect(used['COMMITTED_HEAP_BYTES']).toBeGreaterThan(1 << 20);
  am.unregister(first);
  await am.event('CONTAINER_AVAILABLE');
  const second = am.launch('e f\n', 1);
  while (am.types().filter((type) => type === 'TA_DONE').length < 2) await am.alive('progressing', 1);
  expect(am.output(first, 'stdout')).toBe('first line of this module\n');
  expect(am.output(second, 'stdout')).toBe('first line of this module\n');
  am.dismiss();
  expect(await child.ended).toBe(0);
});

test("a mapper that throws fails its attempt with the user's message, the record's place and the user's own line", async () => {
  await using am = await FakeAppMaster.start();
  am.launch('fine\nthrow now\n');
  const child = am.spawnChild();
  const lines = (await am.failure()).split('\n');
  expect(lines[0]).toContain('the user is not amused');
  expect(lines[0]).toContain('input-0.txt');
  expect(lines.join('\n')).toMatch(
    new RegExp(`RangeError: the user is not amused\\n\\s+at .*fixtures/jobs\\.ts:${marked('not amused')}:`),
  );
  expect(lines.join('\n')).not.toMatch(/task\.cjs|node:internal|packages\/mapreduce/);
  expect(await child.ended).toBe(0);
});

test('process.exit in user code fails the attempt with the code and the line, and what it printed is kept', async () => {
  await using am = await FakeAppMaster.start();
  const attempt = am.launch('exit\n');
  const child = am.spawnChild();
  const text = await am.failure();
  expect(text).toContain('user code called process.exit(7)');
  expect(text).toContain(`jobs.ts:${marked('process.exit(7)')}:`);
  expect(am.output(attempt, 'stdout')).toBe('first line of this module\nlast words\n');
  expect(am.output(attempt, 'stderr')).toBe('on both streams\n');
  expect(await child.ended).toBe(0);
});

test.each([
  ['an unhandled rejection', 'reject', 'unhandled rejection: nobody waits for me'],
  ['an exception in a callback', 'callback', 'uncaught exception: thrown to nobody'],
])('%s fails the attempt with the line it came from', async (_, word, message) => {
  await using am = await FakeAppMaster.start();
  am.launch(`${word}\n`);
  am.spawnChild();
  const text = await am.failure();
  expect(text).toContain(message);
  const line = marked(word === 'reject' ? 'nobody waits' : 'thrown to nobody');
  expect(text).toContain(`jobs.ts:${line}:`);
});

test('a mapper that waits for what never comes fails the attempt at once', async () => {
  await using am = await FakeAppMaster.start();
  am.launch('wait\n');
  am.spawnChild();
  expect(await am.failure()).toContain('its code waits for a promise that nothing will ever settle');
});

test.each([
  ['objects', 'hog', [0]],
  ['buffers, which no heap limit sees', 'buffers', [0]],
  ['arrays in a loop that cannot be interrupted', 'builtins', [0, 'SIGKILL']],
])('a mapper that allocates %s without end fails with the limit and the setting', async (_, word, ends) => {
  await using am = await FakeAppMaster.start({ 'mapreduce.map.memory.mb': '256' });
  am.launch(`${word}\n`);
  const child = am.spawnChild();
  expect(await am.failure()).toMatch(
    /out of memory: the task's (JavaScript heap reached its limit of|process holds) \d+ MiB.* raise mapreduce\.map\.memory\.mb \(now 256\)/,
  );
  expect(ends).toContain(await child.ended);
});

test('a mapper that never returns does not stop the heartbeat, which says that there is no progress', async () => {
  await using am = await FakeAppMaster.start({ 'mapreduce.task.progress-report.interval': '200' });
  const attempt = am.launch('hang\n');
  const child = am.spawnChild();
  await am.alive('pinged', 3);
  am.unregister(attempt);
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
});

test('a mapper that never returns tells where it is when asked, and its process then obeys SIGTERM', async () => {
  await using am = await FakeAppMaster.start({ 'mapreduce.task.progress-report.interval': '200' });
  am.launch('hang\n');
  const child = am.spawnChild();
  await am.inCode();
  child.process.kill('SIGQUIT');
  const { diagnostics } = await am.event('TA_DIAGNOSTICS_UPDATE');
  expect(diagnostics).toMatch(
    new RegExp(`^the task's code was here:\\n\\s+at .*fixtures/jobs\\.ts:${marked('for (;;); // line')}:`),
  );
  expect(diagnostics).not.toMatch(/task\.cjs|packages\/mapreduce/);
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
});

test('an attempt the AM no longer knows ends with 66, whatever its code does', async () => {
  await using am = await FakeAppMaster.start({ 'mapreduce.task.progress-report.interval': '200' });
  am.launch('hang\n');
  const child = am.spawnChild();
  await am.alive('pinged', 1);
  await am.restart();
  expect(await child.ended).toBe(66);
  expect(child.stderr()).toContain('does not know attempt_1700000000000_0001_m_000000_0 any more');
});

test.each([
  ['hang', 65],
  ['syscall', 'SIGKILL'],
])('a child whose AM is gone ends by itself, also while its code does "%s"', async (word, end) => {
  await using am = await FakeAppMaster.start({
    'mapreduce.task.progress-report.interval': '200',
    'bobbin.task.appmaster-wait-ms': '300',
  });
  am.launch(`${word}\n`);
  const child = am.spawnChild();
  await am.inCode();
  await am.alive('pinged', 1);
  await am.die();
  expect(await child.ended).toBe(end);
  expect(child.stderr()).toMatch(/the AM at 127\.0\.0\.1:\d+ could not be reached for 300 ms/);
});

test('a map without reduces commits when the AM says so, and not before', async () => {
  await using am = await FakeAppMaster.start({
    'mapreduce.job.reduces': '0',
    'mapreduce.output.fileoutputformat.outputdir': 'out',
  });
  const outputDir = join(am.path, 'work/out');
  await new FileOutputCommitter({ fs: getFileSystem(outputDir), outputDir, amAttempt: 1 }).setupJob();
  const attempt = am.launch('a\n');
  am.spawnChild();
  await am.event('TA_COMMIT_PENDING');
  expect(am.types()).not.toContain('TA_DONE');
  am.grant(attempt);
  await am.event('TA_DONE');
});
