/** LocalContainerLauncher: one process, one task at a time, maps before reduces; its end is its task's end. */
import { applicationId, jobId, taskAttemptId, taskId, type TaskType } from '@bobbin/common';
import { recordingSink } from '@bobbin/common/testing';
import type { MRAppEvent } from '../../src/events.js';
import { LocalContainerLauncher, type UberChild } from '../../src/launcher/local-container-launcher.js';

const job = jobId(applicationId(1_700_000_000_000, 1));
const attempt = (type: TaskType, n: number) => taskAttemptId(taskId(job, type, n), 0);
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

class FakeChild implements UberChild {
  killed = false;
  end: (how?: string) => void = () => undefined;
  readonly ended = new Promise<string | undefined>((resolve) => (this.end = resolve));
  kill(): void {
    this.killed = true;
    this.end('was ended by SIGKILL');
  }
}

function aStand() {
  const sink = recordingSink<MRAppEvent>();
  const children: FakeChild[] = [];
  /** How many processes there were, each time that one was told to have ended. */
  const ends: number[] = [];
  const figures = { numMaps: 2, completedMaps: 0 };
  const launcher = new LocalContainerLauncher({
    dispatcher: sink,
    log: quiet,
    job: () => figures,
    processEnded: () => ends.push(children.length),
    spawn: () => {
      const child = new FakeChild();
      children.push(child);
      return child;
    },
  });
  const launch = (type: TaskType, n: number): void =>
    launcher.handle({
      domain: 'container-launcher',
      type: 'CONTAINER_REMOTE_LAUNCH',
      attemptId: attempt(type, n),
      container: {} as never,
      task: { attemptId: attempt(type, n), type } as never,
    });
  const tell = (kind: 'CONTAINER_COMPLETED' | 'CONTAINER_REMOTE_CLEANUP', type: TaskType, n: number): void =>
    launcher.handle({
      domain: 'container-launcher',
      type: kind,
      attemptId: attempt(type, n),
      containerId: '' as never,
      nodeId: '' as never,
      dumpThreads: false,
    } as never);
  /** Events to attempts since the last turn. */
  const turn = async (): Promise<string[]> => {
    await settle();
    launcher.endTurn();
    return sink.take().flatMap((e) => (e.domain === 'taskattempt' ? [`${e.type} ${e.attemptId.slice(-10)}`] : []));
  };
  return { launcher, children, ends, figures, launch, tell, turn };
}

it('takes one task at a time in one process, maps first, a reduce when every map is complete', async () => {
  const { launch, tell, turn, children, figures } = aStand();
  launch('REDUCE', 0);
  launch('MAP', 0);
  launch('MAP', 1);
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED m_000000_0']);
  expect(await turn()).toEqual([]);
  tell('CONTAINER_COMPLETED', 'MAP', 0);
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED m_000001_0']);
  tell('CONTAINER_COMPLETED', 'MAP', 1);
  figures.completedMaps = 1;
  expect(await turn()).toEqual([]);
  figures.completedMaps = 2;
  expect(await turn()).toEqual(['TA_CONTAINER_LAUNCHED r_000000_0']);
  expect(children).toHaveLength(1);
});

it('the end of the process is the end of its task; the next one gets a new process', async () => {
  const { launch, turn, children, ends } = aStand();
  launch('MAP', 0);
  launch('MAP', 1);
  await turn();
  children[0]?.end('exited with code 1');
  expect(await turn()).toEqual([
    'TA_DIAGNOSTICS_UPDATE m_000000_0',
    'TA_CONTAINER_COMPLETED m_000000_0',
    'TA_CONTAINER_LAUNCHED m_000001_0',
  ]);
  expect(children).toHaveLength(2);
  expect(ends).toEqual([1]);
});

it('an end in good order adds nothing to what the failed task said itself', async () => {
  const { launch, turn, children } = aStand();
  launch('MAP', 0);
  await turn();
  children[0]?.end();
  expect(await turn()).toEqual(['TA_CONTAINER_COMPLETED m_000000_0']);
});

it('a cleanup of the running task ends the process and is answered when it has ended', async () => {
  const { launch, tell, turn, children } = aStand();
  launch('MAP', 0);
  await turn();
  tell('CONTAINER_REMOTE_CLEANUP', 'MAP', 0);
  expect(children[0]?.killed).toBe(true);
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED m_000000_0']);
});

it('a cleanup of a task that waits, or is unknown, is answered at once; it is not launched', async () => {
  const { launch, tell, turn } = aStand();
  launch('MAP', 0);
  launch('MAP', 1);
  await turn();
  tell('CONTAINER_REMOTE_CLEANUP', 'MAP', 1);
  tell('CONTAINER_REMOTE_CLEANUP', 'REDUCE', 9);
  expect(await turn()).toEqual(['TA_CONTAINER_CLEANED m_000001_0', 'TA_CONTAINER_CLEANED r_000009_0']);
  tell('CONTAINER_COMPLETED', 'MAP', 0);
  expect(await turn()).toEqual([]);
});

it('at the end the process is gone, and nothing is launched or told any more', async () => {
  const { launcher, launch, turn, children } = aStand();
  launch('MAP', 0);
  launch('MAP', 1);
  await turn();
  await launcher.stopAll();
  expect(children[0]?.killed).toBe(true);
  expect(await turn()).toEqual([]);
});
