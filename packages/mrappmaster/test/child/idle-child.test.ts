/** A process without a task, and an AM that was stopped: the process holds nothing, so it makes room. */
import { ControlledClock } from '@bobbin/common/testing';
import { ExitCode } from '../../src/child/exit.js';
import { YarnChild, type YarnChildDeps } from '../../src/child/yarn-child.js';

function idleChild(answer: (clock: ControlledClock) => Promise<{ shouldDie: boolean }>) {
  const clock = new ControlledClock();
  const log: string[] = [];
  const unused = (): never => {
    throw new Error('no task runs');
  };
  const deps: YarnChildDeps = {
    clock,
    pid: 1,
    // The only call that a process without a task makes.
    umbilical: { call: (() => answer(clock)) as YarnChildDeps['umbilical']['call'] },
    reportIntervalMs: 3000,
    localWriteLimitBytes: -1,
    begin: unused,
    usage: unused,
    memoryOf: unused,
    heldBytes: () => 0,
    stack: () => Promise.resolve([]),
    discardOutput: () => Promise.resolve(),
    log: (line) => void log.push(line),
  };
  return { clock, log, ended: new YarnChild(deps).run() };
}

test('an AM that says nothing for twenty seconds is given up', async () => {
  const { clock, log, ended } = idleChild(() => new Promise(() => undefined));
  clock.advance(19_999);
  expect(log).toEqual([]);
  clock.advance(1);
  expect(await ended).toBe(ExitCode.LOST);
  expect(log).toEqual(['no word from the AM for 20000 ms, and there is no task to keep for it']);
});

test('an AM that says every ten seconds that there is nothing is asked on', async () => {
  let asked = 0;
  const { clock, ended } = idleChild(
    (time) => new Promise((resolve) => time.after(10_000, () => resolve({ shouldDie: ++asked === 10 }))),
  );
  while (asked < 10) {
    clock.advance(10_000);
    await new Promise(setImmediate);
  }
  expect(await ended).toBe(0);
});
