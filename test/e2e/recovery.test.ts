/**
 * kill -9 of every process a job needs, in every phase of it: the job ends SUCCEEDED with the bytes and the record counters of a run
 * that nobody disturbed, and no task runs again but those that were killed themselves, or lay on a node that stays away.
 */
import type { AttemptInfo, JobInfo, TaskId, TaskInfo } from '@bobbin/common';
import { HeldJob, MAPS, REDUCES, undisturbedResult, type JobResult, type Phase } from './support/held-job.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';

jest.setTimeout(120_000);

type Victim = 'AM' | 'RM' | 'all NMs' | 'an NM' | 'a task';

interface Row {
  readonly phase: Phase;
  readonly victims: readonly Victim[];
  /** Whether daemons that died are started again at once. */
  readonly restart: boolean;
  readonly cluster?: readonly string[];
}

const PHASES: readonly Phase[] = ['MAPS', 'BETWEEN', 'REDUCES', 'COMMIT'];
const inEachPhase = (...victims: readonly Victim[]): Row[] =>
  PHASES.map((phase) => ({ phase, victims, restart: true }));
const QUICK_LOSS = ['-D', 'yarn.nm.liveness-monitor.expiry-interval-ms=2000'];

const rows: readonly Row[] = [
  { phase: 'MAPS', victims: ['a task'], restart: false },
  { phase: 'REDUCES', victims: ['a task'], restart: false },
  { phase: 'MAPS', victims: ['an NM'], restart: true },
  { phase: 'REDUCES', victims: ['an NM'], restart: true },
  { phase: 'MAPS', victims: ['an NM'], restart: false, cluster: QUICK_LOSS },
  { phase: 'REDUCES', victims: ['an NM'], restart: false, cluster: QUICK_LOSS },
  ...inEachPhase('AM'),
  ...inEachPhase('RM'),
  ...inEachPhase('RM', 'AM'),
  ...inEachPhase('RM', 'all NMs', 'AM'),
];

let cluster: LocalCluster;
let undisturbed: JobResult;
beforeAll(async () => {
  undisturbed = await undisturbedResult();
});
afterEach(() => cluster.stop());

interface Kill {
  readonly pids: readonly number[];
  /** Ids of the tasks that have to run again for it. */
  readonly lost: readonly TaskId[];
}

/** Tasks with such an attempt. */
function tasksWith(info: JobInfo, is: (attempt: AttemptInfo, task: TaskInfo) => boolean): TaskInfo[] {
  return [...info.tasks.values()].filter((task) => [...task.attempts.values()].some((attempt) => is(attempt, task)));
}

function killOf(victim: Victim, { restart }: Row, info: JobInfo): Kill {
  const [rm, ...nms] = cluster.daemons();
  switch (victim) {
    case 'AM':
      return { pids: [cluster.applicationMaster()], lost: [] };
    case 'RM':
      return { pids: [rm?.pid ?? 0], lost: [] };
    case 'all NMs':
      return { pids: nms.map(({ pid }) => pid), lost: [] };
    case 'an NM': {
      const am = info.amInfos.at(-1);
      const nm = nms.find(({ address }) => address !== `${am?.nodeManagerHost}:${am?.nodeManagerPort}`);
      if (!nm) throw new Error('there is no NM but that of the AM');
      const isLost = ({ trackerName, state }: AttemptInfo, { taskType }: TaskInfo): boolean =>
        trackerName === nm.address && (state === 'RUNNING' || taskType === 'MAP');
      return { pids: [nm.pid], lost: restart ? [] : tasksWith(info, isLost).map(({ taskId }) => taskId) };
    }
    case 'a task': {
      const [task] = tasksWith(info, ({ state }) => state === 'RUNNING');
      const [attempt] = task?.attempts.values() ?? [];
      if (!task || !attempt) throw new Error('no task runs');
      return { pids: [cluster.taskIn(attempt.containerId)], lost: [task.taskId] };
    }
  }
}

test.each(
  rows.map((row) => [`${row.victims.join(', ')} in ${row.phase}${row.restart ? '' : ', for good'}`, row] as const),
)('kill -9 of %s', async (_, row) => {
  cluster = await localCluster(2, ...(row.cluster ?? []));
  const job = await HeldJob.submit(cluster, 'job');
  await job.reach(row.phase);
  const before = await job.history();
  const kills = row.victims.map((victim) => killOf(victim, row, before));
  for (const pid of kills.flatMap(({ pids }) => pids)) process.kill(pid, 'SIGKILL');
  const lost = kills.flatMap((kill) => kill.lost).sort();
  if (row.restart) await cluster.restart();
  // What is lost is known to be lost before anything goes on.
  await job.until(async () => {
    const { tasks } = await job.history();
    const states = lost.map((id) => [...(tasks.get(id)?.attempts.values() ?? [])][0]?.state ?? '');
    return states.every((state) => state === 'FAILED' || state === 'KILLED');
  }, 'knew what it had lost');
  const end = await job.letGo();
  expect(end.stdout + end.stderr).toContain('completed successfully');
  expect(await job.result()).toEqual(undisturbed);

  const after = await job.history();
  expect([after.count('MAP', 'SUCCEEDED'), after.count('REDUCE', 'SUCCEEDED')]).toEqual([MAPS, REDUCES]);
  expect(after.amInfos).toHaveLength(row.victims.includes('AM') ? 2 : 1);
  // In what the histories tell, and in what the job's own code wrote down.
  const twice = [...job.attempts()].filter(([, attempts]) => attempts.size > 1).map(([id]) => id);
  // A reduce may yield to maps that have to run again.
  const yielding = lost.length > 1 ? twice.filter((id) => id.includes('_r_')) : [];
  expect(twice.filter((id) => !yielding.includes(id)).sort()).toEqual(lost.filter((id) => !yielding.includes(id)));
  const ran = job.trace();
  expect(ran).toHaveLength(new Set(ran).size);
  if (yielding.length === 0) expect(ran).toHaveLength(MAPS + REDUCES + lost.length);
});
