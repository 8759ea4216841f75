/** Log: JSON lines in files, lines for people on terminals, nothing lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, formatLogLine, silentLogger } from '../../src/index.js';
import { recordingLogger, tempDir } from '../../src/testing/index.js';

const lines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a file gets one JSON line a message, with the ids of its children and the stack of an error', () => {
  using dir = tempDir();
  const file = join(dir.path, 'made', 'rm.log');
  const log = createLogger({ name: 'resourcemanager', file });
  log.debug('below the level');
  const child = log.child({ service: 'RMAppManager' });
  child.info('State change', { applicationId: 'application_1_0001' });
  child.error('Failed', { error: new Error('outer', { cause: new Error('inner') }) });
  const [first, second, ...more] = lines(file);
  expect(first).toMatchObject({
    level: 30,
    service: 'RMAppManager',
    msg: 'State change',
    applicationId: 'application_1_0001',
  });
  expect(first?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(second).toMatchObject({ level: 50, error: { message: 'outer', cause: { message: 'inner' } } });
  expect(more).toEqual([]);
});

test('the level is what was asked for, and an old log is appended to', () => {
  using dir = tempDir();
  const file = join(dir.path, 'nm.log');
  createLogger({ name: 'nodemanager', file, level: 'debug' }).debug('one');
  createLogger({ name: 'nodemanager', file, level: 'warn' }).info('no');
  createLogger({ name: 'nodemanager', file, level: 'warn' }).warn('two');
  expect(lines(file).map(({ msg }) => msg)).toEqual(['one', 'two']);
});

test('a log that cannot be written is said with its file', () => {
  using dir = tempDir();
  expect(() => createLogger({ name: 'x', file: dir.path })).toThrow(`log file ${dir.path} cannot be written: EISDIR`);
});

test('a person sees time, level, component, message, ids, and the stack below', () => {
  const line = JSON.stringify({
    level: 40,
    time: '2026-01-02T03:04:05.678Z',
    pid: 1,
    name: 'nodemanager',
    service: 'Launcher',
    msg: 'Container failed',
    containerId: 'container_1',
    exit: 3,
    error: { stack: 'Error: x\n    at y' },
  });
  expect(formatLogLine(line)).toBe(
    '03:04:05.678 WARN  Launcher Container failed containerId=container_1 exit=3\n    Error: x\n        at y',
  );
  expect(formatLogLine(line, { colour: true })).toContain('\u001b[33mWARN \u001b[0m');
  for (const foreign of ['plain text', '{"a":1}', '{ broken', '']) expect(formatLogLine(foreign)).toBe(foreign);
});

test('a recording logger keeps what its children are told, with their ids; a silent one says nothing', () => {
  const log = recordingLogger();
  log.child({ a: 1 }).child({ b: 2 }).warn('x', { c: 3 });
  expect(log.entries).toEqual([{ level: 'warn', message: 'x', fields: { a: 1, b: 2, c: 3 } }]);
  expect(() => silentLogger.child({}).error('x')).not.toThrow();
});
