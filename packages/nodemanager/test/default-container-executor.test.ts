/** DefaultContainerExecutor on real processes: what starts, how it ends, and that nothing is left. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@bobbin/common';
import { ControlledClock, tempDir } from '@bobbin/common/testing';
import { DefaultContainerExecutor } from '../src/default-container-executor.js';
import { allProcesses } from '../src/containermanager/monitor/proc.js';
import { bell, groupIsGone } from './processes.js';

const environment = { PATH: process.env['PATH'] ?? '' };
const options = { clock: systemClock, environment, owner: '/a/folder', exitCodeFileTimeoutMs: 200 };
const executor = new DefaultContainerExecutor(options);
afterAll(() => executor.close());

function launch(dir: string, script: string, by = executor) {
  const scriptPath = join(dir, 'launch_container.sh');
  const pidFile = join(dir, 'container.pid');
  writeFileSync(scriptPath, script);
  return { pidFile, ...by.launch({ scriptPath, workDir: dir, pidFile }) };
}

/** Runs until it is killed. */
const FOREVER = 'while :; do sleep 100; done';

const parentOf = (pid: number): number => allProcesses().find((p) => p.pid === pid)?.parentPid ?? 0;

/** Resolves when somebody waits for the clock. */
async function armed(clock: ControlledClock): Promise<void> {
  while (clock.armed === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('DefaultContainerExecutor', () => {
  test.each([
    ['exit 0', 0],
    ['exit 1', 1],
    ['exit 255', 255],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['kill -SEGV $$', 139],
    ['kill -INT $$', 130],
    ['exec sh -c "kill -QUIT $$"', 131],
    ['kill -PIPE $$', 141],
    ['no-such-command-at-all', 127],
  ])('a container that ends with `%s` has exit code %d, in the answer and in its file', async (script, code) => {
    using dir = tempDir();
    const { exited, pidFile } = launch(dir.path, script);
    expect(await exited).toBe(code);
    expect(readFileSync(`${pidFile}.exitcode`, 'utf8')).toBe(`${code}\n`);
  });

  test('the pid file names the leader of a group that is not ours, in a session that is not ours', async () => {
    using dir = tempDir();
    const { started, exited, pidFile } = launch(dir.path, 'read -r line < <(sleep 100)');
    const { pid, startTicks } = await started;
    expect(readFileSync(pidFile, 'utf8')).toBe(`${pid}\n`);
    const mine = allProcesses().find((p) => p.pid === process.pid);
    const stat = allProcesses().find((p) => p.pid === pid);
    expect(stat?.groupId).toBe(pid);
    expect(stat?.sessionId).not.toBe(mine?.sessionId);
    expect(stat?.startTicks).toBe(startTicks);
    expect(executor.signal({ pid, startTicks }, 'KILL')).toBe(true);
    expect(await exited).toBe(137);
  });

  test('a container starts with the environment it is given and nothing of the daemon', async () => {
    using dir = tempDir();
    process.env['BOBBIN_TEST_LEAK'] = 'leaked';
    const { exited } = launch(dir.path, 'env -0 > env.txt; echo -n "$BOBBIN_TEST_LEAK" > leak.txt');
    await exited;
    delete process.env['BOBBIN_TEST_LEAK'];
    expect(readFileSync(join(dir.path, 'leak.txt'), 'utf8')).toBe('');
    const names = readFileSync(join(dir.path, 'env.txt'), 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0]);
    expect(names.filter((n) => n !== '').sort()).toEqual(['PATH', 'PWD', 'SHLVL', '_']);
  });

  test('a process that ignores TERM is gone after KILL, with its children', async () => {
    using dir = tempDir();
    await using ready = await bell();
    const { started, exited } = launch(
      dir.path,
      `trap "" TERM; (trap "" TERM; sleep 100) & echo up >${ready.at}; while :; do sleep 100; done`,
    );
    const identity = await started;
    await ready.rung;
    executor.signal(identity, 'TERM');
    expect(allProcesses().some((p) => p.pid === identity.pid)).toBe(true);
    executor.signal(identity, 'KILL');
    expect(await exited).toBe(137);
    await groupIsGone(identity.pid);
  });

  test('what the leader leaves running in its group is killed when the leader ends', async () => {
    using dir = tempDir();
    const { started, exited } = launch(dir.path, '(sleep 100 & sleep 100 &) ; exit 3');
    const { pid } = await started;
    expect(await exited).toBe(3);
    await groupIsGone(pid);
  });

  test('a working folder that is not there fails the launch and names the folder', async () => {
    const { started, exited } = executor.launch({
      scriptPath: '/nowhere/script',
      workDir: '/nowhere/at/all',
      pidFile: '/nowhere/pid',
    });
    await expect(started).rejects.toThrow("cannot start a process in '/nowhere/at/all'");
    expect(await exited).toBe(-1);
  });

  test('a stopped container has not ended', async () => {
    using dir = tempDir();
    await using ready = await bell();
    const { started, exited, pidFile } = launch(dir.path, `echo up >${ready.at}; ${FOREVER}`);
    const identity = await started;
    await ready.rung;
    executor.signal(identity, 'STOP');
    executor.signal(identity, 'CONT');
    expect(existsSync(`${pidFile}.exitcode`)).toBe(false);
    executor.signal(identity, 'KILL');
    expect(await exited).toBe(137);
  });

  test("files that hold no whole number yet are nobody's", async () => {
    using dir = tempDir();
    const pidFile = join(dir.path, 'container.pid');
    for (const text of ['', '12']) {
      writeFileSync(pidFile, text);
      await expect(executor.reacquire(pidFile, undefined).started).rejects.toMatchObject({ exitStatus: -100 });
    }
  });

  test('a container is taken back by its pid file and gives the exit code of its own', async () => {
    using dir = tempDir();
    const { started, pidFile, exited } = launch(dir.path, 'exit 7');
    const identity = await started;
    await exited;
    expect(await executor.reacquire(pidFile, identity).exited).toBe(7);
  });

  test('the end of a container that was taken back is known at once, no look being due', async () => {
    using dir = tempDir();
    await using ready = await bell();
    const go = join(dir.path, 'go');
    const { started, pidFile } = launch(dir.path, `echo >${ready.at}; until [ -e ${go} ]; do sleep 0.01; done; exit 7`);
    const identity = await started;
    await ready.rung;
    const clock = new ControlledClock();
    const next = new DefaultContainerExecutor({ ...options, clock });
    const again = next.reacquire(pidFile, identity);
    await armed(clock);
    writeFileSync(go, '');
    expect(await again.exited).toBe(7);
  });

  test('a container whose wrapper has yet to write the pid file is taken back all the same', async () => {
    using dir = tempDir();
    const clock = new ControlledClock();
    const { started, exited, pidFile } = launch(dir.path, 'exit 7');
    const { pid } = await started;
    await exited;
    renameSync(pidFile, `${pidFile}.tmp`);
    const early = new DefaultContainerExecutor({ ...options, clock });
    const again = early.reacquire(pidFile, undefined);
    await armed(clock);
    renameSync(`${pidFile}.tmp`, pidFile);
    clock.advance(100);
    expect((await again.started).pid).toBe(pid);
    expect(await again.exited).toBe(7);
  });

  test('a container that nothing is found of was not started, which is no failure of it: -100', async () => {
    using dir = tempDir();
    const { started, exited } = executor.reacquire(join(dir.path, 'none.pid'), undefined);
    await expect(started).rejects.toMatchObject({ name: 'ContainerLaunchError', exitStatus: -100 });
    expect(await exited).toBe(-100);
  });

  test('the death of the process that starts containers costs none, and the next launch begins another', async () => {
    using dir = tempDir();
    using other = tempDir();
    const starting = new DefaultContainerExecutor(options);
    const { started, exited } = launch(dir.path, FOREVER, starting);
    const identity = await started;
    process.kill(parentOf(parentOf(identity.pid)), 'SIGKILL');
    let code: number;
    // Asked of one whose death is not known yet, it did not take place.
    do code = await launch(other.path, 'exit 3', starting).exited;
    while (code === -100);
    expect(code).toBe(3);
    starting.signal(identity, 'KILL');
    expect(await exited).toBe(137);
    await starting.close();
  });

  test('a launch that it had not heard of when it died did not take place: -100', async () => {
    using dir = tempDir();
    using other = tempDir();
    const starting = new DefaultContainerExecutor(options);
    const first = launch(dir.path, FOREVER, starting);
    const identity = await first.started;
    const starter = parentOf(parentOf(identity.pid));
    process.kill(starter, 'SIGSTOP');
    const second = launch(other.path, 'exit 0', starting);
    process.kill(starter, 'SIGKILL');
    await expect(second.started).rejects.toMatchObject({ name: 'ContainerLaunchError', exitStatus: -100 });
    expect(await second.exited).toBe(-100);
    starting.signal(identity, 'KILL');
    expect(await first.exited).toBe(137);
    await starting.close();
  });

  test('a container whose wrapper was killed is found to have ended, with an exit code that nobody knows', async () => {
    using dir = tempDir();
    const clock = new ControlledClock();
    const starting = new DefaultContainerExecutor({ ...options, clock });
    const { started, exited } = launch(dir.path, FOREVER, starting);
    const identity = await started;
    process.kill(parentOf(identity.pid), 'SIGKILL');
    starting.signal(identity, 'KILL');
    await groupIsGone(identity.pid);
    let code: number | undefined;
    void exited.then((given) => (code = given));
    while (code === undefined) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(code).toBe(154);
    await starting.close();
  });

  test('containers outlive who started them: what runs writes its files when nobody hears it any more', async () => {
    using dir = tempDir();
    await using ready = await bell();
    const go = join(dir.path, 'go');
    const starting = new DefaultContainerExecutor(options);
    const script = `echo >${ready.at}; until [ -e ${go} ]; do sleep 0.01; done; exit 7`;
    const { started, pidFile } = launch(dir.path, script, starting);
    const identity = await started;
    await ready.rung;
    await starting.close();
    const again = executor.reacquire(pidFile, identity);
    writeFileSync(go, '');
    expect(await again.exited).toBe(7);
  });

  test('a pid that belongs to a later process is not signalled', async () => {
    using dir = tempDir();
    await using ready = await bell();
    const { started, exited } = launch(dir.path, `echo up >${ready.at}; ${FOREVER}`);
    const { pid, startTicks } = await started;
    expect(executor.signal({ pid, startTicks: startTicks + 1 }, 'KILL')).toBe(false);
    expect(executor.signal({ pid, startTicks }, 'KILL')).toBe(true);
    await exited;
  });
});
