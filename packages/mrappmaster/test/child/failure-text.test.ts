/** What the user reads: their own message, their own lines, and nobody else's. */
import { LocalDiskError, UserCodeError } from '@bobbin/mapreduce/runtime';
import { failureOf, stackOf, uncaughtOf } from '../../src/child/failure-text.js';

const ours = '/opt/task.cjs';
const user = '    at mapper (/home/u/job.ts:7:3)';
const foreign = [
  '    at runMapTask (/opt/task.cjs:12:34)',
  '    at Worker.run (node:internal/worker:1:2)',
  '    at emit (/usr/lib/node_modules/@bobbin/mapreduce/dist/index.js:1:2)',
];

function thrown(message: string, frames: readonly string[], cause?: unknown): Error {
  const error = new TypeError(message, { cause });
  error.stack = [`TypeError: ${message}`, ...frames].join('\n');
  return error;
}

test('an error of user code begins with the place of the record and shows only frames of the user', () => {
  const error = new UserCodeError('mapper', '/in/a.txt, line at byte 120', thrown('no such field', [user, ...foreign]));
  expect(failureOf(error, ours)).toEqual({
    report: 'fatalError',
    text: `mapper failed at /in/a.txt, line at byte 120: no such field\nTypeError: no such field\n${user}`,
  });
});

test('causes follow, each with its own frames', () => {
  const error = thrown('outer', [user], thrown('inner', ['    at parse (/home/u/parse.ts:1:1)']));
  expect(stackOf(error, ours)).toEqual([
    'TypeError: outer',
    user,
    'Caused by: inner',
    'TypeError: inner',
    '    at parse (/home/u/parse.ts:1:1)',
  ]);
});

test('an error without a frame of the user keeps its whole stack: it is ours', () => {
  const error = thrown('a bug', foreign);
  expect(failureOf(error, ours).text).toBe(error.stack);
});

test('a local disk that failed is reported as such, without a stack', () => {
  const error = new LocalDiskError('write', '/disk/1/file.out', Object.assign(new Error('x'), { code: 'ENOSPC' }));
  expect(failureOf(error, ours)).toEqual({
    report: 'fsError',
    text: "no space left on the disk of '/disk/1/file.out' (write)",
  });
});

test('what is thrown need not be an error', () => {
  expect(failureOf('just text', ours).text).toBe('just text');
  expect(uncaughtOf('unhandled rejection', 42, ours).text).toBe('unhandled rejection: 42');
});

test('a message without end is cut', () => {
  expect(failureOf(thrown('x'.repeat(20_000), [user]), ours).text).toMatch(/\n\.\.\. \(\d+ characters more\)$/);
});
