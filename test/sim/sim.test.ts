/**
 * The simulator in the gate: what once failed, seeds from a fixed base, a sample of the sweep, of the planted bugs and of repeated runs. Runs in plain
 * Node processes of its own, not in Jest's world; `npm run sim -- --help` says how to run more.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

jest.setTimeout(600_000);

const CLI = join(__dirname, 'cli.mjs');

function sim(...args: readonly string[]): {
  readonly code: number | null;
  readonly text: string;
  readonly sum: unknown;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const text = stdout + stderr;
  return { code: status, text, sum: last.startsWith('{') ? (JSON.parse(last) as unknown) : undefined };
}

test('what once failed does not fail again', () => {
  expect(sim('--regressions')).toMatchObject({ code: 0, sum: { failed: 0 } });
});

test('1,000 lives of a cluster hold every rule, and meet every kind of fault; one in twenty runs twice, alike', () => {
  const { code, text, sum } = sim('--seeds', '1..1000', '--floors', 'ci');
  expect({ code, failures: text.split('\n').filter((line) => /^seed |^floor /.test(line)) }).toEqual({
    code: 0,
    failures: [],
  });
  expect(sum).toMatchObject({ runs: 1000, failed: 0 });
});

test('a death at any write or send of RM, NM or AM loses nothing (one in twenty here)', () => {
  expect(sim('--sweep', '--sample', '20')).toMatchObject({ code: 0, sum: { failed: 0 } });
});

test.each([
  'release-not-subtracted',
  'commit-granted-to-who-asks',
  'a-reason-is-not-given',
  'exit-codes-lost-while-the-node-manager-was-down',
  'commit-one-turn-late',
  'old-attempt-stays-registered',
])('the planted bug %s is found', (mutant) => {
  expect(sim('--mutants', '--mutant', mutant)).toMatchObject({ code: 0, sum: { mutants: 1, missed: [] } });
});
