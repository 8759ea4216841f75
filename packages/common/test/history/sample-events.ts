/** History events for tests: those of a map that goes well, and one of every type. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  taskAttemptId,
  taskId,
  type CounterGroups,
  type HistoryEvent,
} from '../../src/index.js';

const app = applicationId(1_700_000_000_000, 7);
export const job = jobId(app);
const amAttempt = applicationAttemptId(app, 1);
export const T0 = 1_700_000_001_000;
export const TASK_COUNTER = 'org.apache.hadoop.mapreduce.TaskCounter';

const counters = (n: number): CounterGroups => ({
  [TASK_COUNTER]: {
    MAP_INPUT_RECORDS: 1_234_567 + n,
    MAP_OUTPUT_RECORDS: 9_876_543,
    MAP_OUTPUT_BYTES: 123_456_789,
    MAP_OUTPUT_MATERIALIZED_BYTES: 98_765_432,
    SPLIT_RAW_BYTES: 128,
    COMBINE_INPUT_RECORDS: 9_876_543,
    COMBINE_OUTPUT_RECORDS: 345_678,
    SPILLED_RECORDS: 345_678,
    MERGED_MAP_OUTPUTS: 0,
    GC_TIME_MILLIS: 42,
    CPU_MILLISECONDS: 12_345,
    PHYSICAL_MEMORY_BYTES: 512_000_000,
    VIRTUAL_MEMORY_BYTES: 2_512_000_000,
    COMMITTED_HEAP_BYTES: 400_000_000,
    MAP_PHYSICAL_MEMORY_BYTES_MAX: 512_000_000,
  },
  'org.apache.hadoop.mapreduce.FileSystemCounter': { FILE_BYTES_READ: 134_217_728, FILE_BYTES_WRITTEN: 98_765_432 },
});

const SPLIT = Array.from({ length: 12 }, (_, i) => 1_000_000 + i);

/** The four events of a map that goes well; with all the moments that only our own file tells, if asked. */
export function aMap(n: number, rack = '/default-rack', isOurs = false): HistoryEvent[] {
  const task = taskId(job, 'MAP', n);
  const attempt = taskAttemptId(task, 0);
  const host = 'worker-0017.cluster.example.com';
  return [
    {
      type: 'TASK_STARTED',
      taskId: task,
      taskType: 'MAP',
      startTimeMs: T0,
      splitLocations: `${host},worker-0018.cluster.example.com`,
    },
    {
      type: 'MAP_ATTEMPT_STARTED',
      taskId: task,
      attemptId: attempt,
      startTimeMs: T0 + 5,
      trackerName: `${host}:45454`,
      httpPort: 8042,
      shufflePort: 13562,
      containerId: containerId(amAttempt, n + 2),
      locality: 'NODE_LOCAL',
      avataar: 'VIRGIN',
      ...(isOurs && { grantTimeMs: T0 - 100 }),
    },
    {
      type: 'MAP_ATTEMPT_FINISHED',
      taskId: task,
      attemptId: attempt,
      taskStatus: 'SUCCEEDED',
      mapFinishTimeMs: T0 + 900,
      finishTimeMs: T0 + 1000,
      hostname: host,
      port: 45454,
      rackname: rack,
      state: 'map > sort',
      counters: counters(n),
      splits: { clockSplits: SPLIT, cpuUsages: SPLIT, vMemKbytes: SPLIT, physMemKbytes: SPLIT },
      ...(isOurs && { processStartTimeMs: T0 + 6, takeTimeMs: T0 + 60, loadTimeMs: T0 + 80, commitTimeMs: T0 + 995 }),
    },
    {
      type: 'TASK_FINISHED',
      taskId: task,
      taskType: 'MAP',
      finishTimeMs: T0 + 1000,
      status: 'SUCCEEDED',
      counters: counters(n),
      successfulAttemptId: attempt,
    },
  ];
}

const tally = {
  finishedMaps: 1,
  finishedReduces: 0,
  failedMaps: 0,
  failedReduces: 1,
  killedMaps: 0,
  killedReduces: 2,
};
export const r0 = taskId(job, 'REDUCE', 0);
export const r00 = taskAttemptId(r0, 0);

/** One of every type. */
export const everything: readonly HistoryEvent[] = [
  {
    type: 'AM_STARTED',
    applicationAttemptId: amAttempt,
    startTimeMs: T0,
    containerId: containerId(amAttempt, 1),
    nodeManagerHost: 'h',
    nodeManagerPort: 1,
    nodeManagerHttpPort: 2,
  },
  {
    type: 'JOB_SUBMITTED',
    jobId: job,
    jobName: 'word count',
    userName: 'ann',
    submitTimeMs: T0,
    jobConfPath: '/staging/job.json',
    acls: { VIEW_JOB: '*' },
    jobQueueName: 'default',
  },
  {
    type: 'JOB_INITED',
    jobId: job,
    launchTimeMs: T0,
    totalMaps: 1,
    totalReduces: 1,
    jobStatus: 'INITED',
    uberized: true,
  },
  { type: 'JOB_INFO_CHANGED', jobId: job, submitTimeMs: T0, launchTimeMs: T0 },
  { type: 'JOB_QUEUE_CHANGED', jobId: job, jobQueueName: 'other' },
  { type: 'JOB_PRIORITY_CHANGED', jobId: job, priority: 'HIGH' },
  { type: 'JOB_STATUS_CHANGED', jobId: job, jobStatus: 'RUNNING' },
  ...aMap(0, '/rack-2'),
  { type: 'TASK_STARTED', taskId: r0, taskType: 'REDUCE', startTimeMs: T0, splitLocations: '' },
  { type: 'TASK_UPDATED', taskId: r0, finishTimeMs: T0 },
  {
    type: 'REDUCE_ATTEMPT_STARTED',
    taskId: r0,
    attemptId: r00,
    startTimeMs: T0,
    trackerName: 'h:1',
    httpPort: 0,
    shufflePort: -1,
    containerId: containerId(amAttempt, 3, 4),
    awaited: true,
  },
  { type: 'REDUCE_ATTEMPT_ADOPTED', taskId: r0, attemptId: r00, adoptTimeMs: T0 + 1 },
  {
    type: 'MAP_ATTEMPT_ADOPTED',
    taskId: taskId(job, 'MAP', 0),
    attemptId: taskAttemptId(taskId(job, 'MAP', 0), 0),
    adoptTimeMs: T0 + 1,
  },
  {
    type: 'REDUCE_ATTEMPT_FINISHED',
    taskId: r0,
    attemptId: r00,
    taskStatus: 'SUCCEEDED',
    shuffleFinishTimeMs: T0 + 1,
    sortFinishTimeMs: T0 + 2,
    finishTimeMs: T0 + 3,
    hostname: 'elsewhere',
    port: 9,
    rackname: '/default-rack',
    state: '',
    counters: { Mine: { a: 1 } },
  },
  ...(['FAILED', 'KILLED'] as const).flatMap((status): HistoryEvent[] => [
    {
      type: `REDUCE_ATTEMPT_${status}`,
      taskId: r0,
      attemptId: r00,
      finishTimeMs: T0 + 4,
      hostname: 'h',
      port: 1,
      rackname: '/default-rack',
      status,
      error: 'Error: "it" broke\n  at line 3',
    },
    {
      type: `MAP_ATTEMPT_${status}`,
      taskId: taskId(job, 'MAP', 0),
      attemptId: taskAttemptId(taskId(job, 'MAP', 0), 1000),
      finishTimeMs: T0 + 4,
      hostname: '',
      port: 0,
      rackname: '/default-rack',
      status,
      error: '',
      counters: counters(1),
    },
  ]),
  {
    type: 'TASK_FAILED',
    taskId: r0,
    taskType: 'REDUCE',
    finishTimeMs: T0,
    error: 'no',
    failedDueToAttempt: r00,
    status: 'FAILED',
  },
  {
    type: 'JOB_FINISHED',
    jobId: job,
    finishTimeMs: T0,
    ...tally,
    totalCounters: counters(0),
    mapCounters: counters(0),
    reduceCounters: {},
  },
  ...(['JOB_FAILED', 'JOB_KILLED', 'JOB_ERROR'] as const).map((type): HistoryEvent => {
    return { type, jobId: job, finishTimeMs: T0, ...tally, jobStatus: type.slice(4), diagnostics: 'a\nb' };
  }),
];
