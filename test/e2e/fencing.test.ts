/**
 * An AppMaster, and a task, that were given up for dead and wake again (SIGSTOP, SIGCONT) where nobody can end them, their NodeManager being
 * dead: they change nothing of what counts, and leave by themselves.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, processIdentity, type ProcessIdentity } from '@bobbin/common';
import { filesBelow } from './support/files-below.js';
import { HeldJob, undisturbedResult, type JobResult, type Phase } from './support/held-job.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';

jest.setTimeout(120_000);

/** Silence after which an AppMaster or a node is given up; more than a busy machine takes between two heartbeats. */
const GIVEN_UP = ['yarn.am', 'yarn.nm'].flatMap((of) => ['-D', `${of}.liveness-monitor.expiry-interval-ms=5000`]);

let cluster: LocalCluster;
let undisturbed: JobResult;
beforeAll(async () => {
  undisturbed = await undisturbedResult();
});
beforeEach(async () => {
  cluster = await localCluster(3, ...GIVEN_UP);
});
afterEach(() => cluster.stop());

/** Stops a process for good, as far as the cluster can tell: its NodeManager, which would end it, dies. */
function putToSleep(pid: number, node: string): ProcessIdentity {
  const sleeper = processIdentity(pid);
  const nm = cluster.daemons().find(({ address }) => address === node);
  if (!sleeper || !nm) throw new Error(`there is no process ${pid}, or no NodeManager ${node}`);
  process.kill(pid, 'SIGSTOP');
  process.kill(nm.pid, 'SIGKILL');
  return sleeper;
}

/** Wakes it; resolves when it has left. */
async function wake(sleeper: ProcessIdentity): Promise<void> {
  process.kill(sleeper.pid, 'SIGCONT');
  while (isAlive(sleeper)) await pause(5);
}

/** Every file below a folder, with its content. */
function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}

/** What counts of a job that is over: its history, its output, its markers and staged files, and what the RM says of it. */
async function whatCounts(job: HeldJob): Promise<object> {
  const { staging, done } = cluster.folders;
  let report: { readonly usage: { readonly numUsedContainers: number } };
  // Until the last container has ended, its use is counted.
  do {
    const { stdout } = await cluster.run('app', 'status', job.jobId.replace('job', 'application'), '--json');
    report = JSON.parse(stdout) as typeof report;
  } while (report.usage.numUsedContainers > 0);
  return { output: contentsOf(job.output), staging: contentsOf(staging), done: contentsOf(done), report };
}

async function masterSleeps(job: HeldJob): Promise<ProcessIdentity> {
  const am = (await job.history()).amInfos.at(-1);
  const sleeper = putToSleep(cluster.applicationMaster(), `${am?.nodeManagerHost}:${am?.nodeManagerPort}`);
  await job.until(async () => (await job.history()).amInfos.length === 2, 'had a second AppMaster');
  return sleeper;
}

describe('an AppMaster that was given up', () => {
  test.each<Phase>(['REDUCES', 'COMMIT'])(
    'in phase %s and wakes when the job is over changes nothing',
    async (phase) => {
      const job = await HeldJob.submit(cluster, 'job');
      await job.reach(phase);
      const sleeper = await masterSleeps(job);
      const end = await job.letGo();
      expect(end.stdout + end.stderr).toContain('completed successfully');
      const before = await whatCounts(job);
      await wake(sleeper);
      expect(await whatCounts(job)).toEqual(before);
      expect(await job.result()).toEqual(undisturbed);
    },
  );

  test.each<Phase>(['MAPS'])(
    'in phase %s and wakes while its successor runs the job does not hinder it',
    async (phase) => {
      const job = await HeldJob.submit(cluster, 'job');
      await job.reach(phase);
      const sleeper = await masterSleeps(job);
      await wake(sleeper);
      const end = await job.letGo();
      expect(end.stdout + end.stderr).toContain('completed successfully');
      expect(await job.result()).toEqual(undisturbed);
      expect((await job.history()).amInfos).toHaveLength(2);
    },
  );
});

test.each(['while another attempt runs', 'when the job is over'])(
  'a task that timed out and wakes %s gets no commit, and leaves',
  async (when) => {
    // The second: for how long an attempt that is over may still ask.
    const soon = ['mapreduce.task.timeout=4000', 'mapreduce.task.exit.timeout=1000'].flatMap((define) => [
      '-D',
      define,
    ]);
    const job = await HeldJob.submit(cluster, 'job', ...soon);
    await job.reach('REDUCES');
    const { amInfos, tasks } = await job.history();
    const am = amInfos.at(-1);
    const reduces = [...tasks.values()].flatMap(({ attempts }) => [...attempts.values()]);
    const attempt = reduces.find(
      ({ state, trackerName }) =>
        state === 'RUNNING' && trackerName !== `${am?.nodeManagerHost}:${am?.nodeManagerPort}`,
    );
    if (!attempt) throw new Error('no task runs beside the AppMaster');
    const ran = job.trace().length;
    const sleeper = putToSleep(cluster.taskIn(attempt.containerId), attempt.trackerName);
    await job.until(() => job.trace().length > ran, 'had another attempt');
    if (when === 'while another attempt runs') await wake(sleeper);
    const end = await job.letGo();
    expect(end.stdout + end.stderr).toContain('completed successfully');
    const before = await whatCounts(job);
    if (when === 'when the job is over') await wake(sleeper);
    expect(await whatCounts(job)).toEqual(before);
    expect(await job.result()).toEqual(undisturbed);
  },
);
