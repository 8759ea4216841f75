/** Tasks of one process, one after another: none meets what another has left, and a thread that is as it was is not started twice. */
import { modulesOfSharedThread } from '../../src/child/thread-baseline.js';
import { FakeAppMaster } from './fake-app-master.js';

jest.setTimeout(60_000);

interface Seen {
  /** Traces that the task found. */
  readonly found: number;
  /** How many tasks its thread has had, with it. */
  readonly number: number;
}

/** Three tasks in one process, of which the first does what `line` says. */
async function threeTasks(am: FakeAppMaster, line: string): Promise<{ tasks: Seen[]; log: string }> {
  const tasks: Seen[] = [];
  const child = { stderr: () => '', ended: Promise.resolve<number | string>(0) };
  for (let task = 0; task < 3; task++) {
    const attempt = am.launch(`${task === 0 ? line : 'nothing'}\n`, task);
    if (task === 0) Object.assign(child, am.spawnChild());
    const { counters } = await am.doneBy(attempt);
    const ofThread = Number(/task of this thread: (\d+)/.exec(am.output(attempt, 'stdout'))?.[1]);
    tasks.push({ found: counters?.['User']?.['found'] ?? 0, number: ofThread });
    am.unregister(attempt);
    await am.available(task + 1);
  }
  am.dismiss();
  expect(await child.ended).toBe(0);
  return { tasks, log: child.stderr() };
}

test.each([
  ['global', 'globalThis.seen'],
  ['prototype', 'Array.prototype.last'],
  ['method', 'JSON.stringify'],
  ['stack', 'Error.stackTraceLimit'],
  ['variable', 'variables of process'],
  ['listener', 'listeners of process'],
  ['exitCode', 'exit code of process: 9, not undefined'],
  ['group', 'console.Symbol(kGroupIndent'],
])('what a task leaves behind (%s) ends its thread with it, and is told by name', async (line, name) => {
  await using am = await FakeAppMaster.start({}, 'traces.ts');
  const { tasks, log } = await threeTasks(am, line);
  expect(tasks.map(({ found }) => found)).toEqual([0, 0, 0]);
  expect(log).toContain(`a new thread for the next task: this one left ${name}`);
  // The second leaves nothing: its thread takes the third.
  expect(tasks.map(({ number }) => number)).toEqual([1, 1, 2]);
});

test.each([
  ['true', [1, 2, 3]],
  ['false', [1, 1, 1]],
])(
  'with bobbin.job.thread-reuse.enable=%s three tasks that leave nothing are, of their threads, the tasks %j',
  async (isEnabled, numbers) => {
    await using am = await FakeAppMaster.start({ 'bobbin.job.thread-reuse.enable': isEnabled }, 'traces.ts');
    const { tasks, log } = await threeTasks(am, 'module');
    expect(tasks.map(({ found }) => found)).toEqual([0, 0, 0]);
    expect(tasks.map(({ number }) => number)).toEqual(numbers);
    expect(log).toBe('');
  },
);

test.each<[string, string, readonly string[] | undefined]>([
  ['no module', 'module.exports = {};', []],
  ['plain modules', 'const a = require("node:path"), b = require("crypto");', ['path', 'crypto']],
  ['files', 'const { writeFileSync } = require("node:fs");', undefined],
  ['a module by a name that is made', 'const a = require(name);', undefined],
  ['require as a value', 'module.exports = require;', undefined],
  ['modules that are loaded later', 'import("node:fs").then(() => 0);', undefined],
  ['a timer', 'setInterval(poll, 1000).unref();', undefined],
  ['code that is made', 'new Function("return 1")();', undefined],
  ['a source map that looks like code', '0;\n//# sourceMappingURL=data:application/json;base64,eval/require', []],
])('whether tasks of a job may share a thread is read in its text: %s', (_, text, modules) => {
  expect(modulesOfSharedThread(text)).toEqual(modules);
});
