/**
 * Hadoop's history records field by field, and ours beside them: (Avro's name, our name, type, value where ours has none).
 * Hadoop: mapreduce/jobhistory Events.avpr as of 3.4 (reference mapreduce.md 6.1). The one table behind the schema we write,
 * the writer and the reader. A name of ours that is missing stands for what is derived from other fields, or never kept.
 */
import type { HistoryEventType } from '../history-events.js';
import type { AvroDatum } from './avro-binary.js';

export const JHIST_NAMESPACE = 'org.apache.hadoop.mapreduce.jobhistory';

/** `string?`, `counters?`: a union with null. `tally`: an int that older files lack. */
export type JhistFieldType =
  | 'string'
  | 'string?'
  | 'requiredString?'
  | 'long'
  | 'int'
  | 'tally'
  | 'boolean'
  | 'map'
  | 'ints'
  | 'counters'
  | 'counters?';

export type JhistField = readonly [avro: string, ours: string | undefined, type: JhistFieldType, absent?: AvroDatum];

const JOB: JhistField = ['jobid', 'jobId', 'string'];
const TASK: JhistField = ['taskid', 'taskId', 'string'];
const TYPE: JhistField = ['taskType', 'taskType', 'string'];
const ATTEMPT: JhistField = ['attemptId', 'attemptId', 'string'];
const FINISH: JhistField = ['finishTime', 'finishTimeMs', 'long'];
const START: JhistField = ['startTime', 'startTimeMs', 'long'];
const COUNTERS: JhistField = ['counters', 'counters', 'counters'];
const SPLITS: readonly JhistField[] = [
  ['clockSplits', undefined, 'ints', []],
  ['cpuUsages', undefined, 'ints', []],
  ['vMemKbytes', undefined, 'ints', []],
  ['physMemKbytes', undefined, 'ints', []],
];
const KILLED: readonly JhistField[] = [
  ['killedMaps', 'killedMaps', 'tally'],
  ['killedReduces', 'killedReduces', 'tally'],
];
const PLACE: readonly JhistField[] = [
  ['hostname', 'hostname', 'string'],
  ['port', 'port', 'int', -1],
  ['rackname', 'rackname', 'string'],
];
const FINISHED_AT: readonly JhistField[] = [FINISH, ...PLACE, ['state', 'state', 'string', ''], COUNTERS, ...SPLITS];
const ATTEMPT_ENDED: readonly JhistField[] = [TASK, ATTEMPT, TYPE, ['taskStatus', 'taskStatus', 'string']];

/** Records in the order of the schema's union. */
export const JHIST_RECORDS = {
  JobFinished: [
    JOB,
    FINISH,
    ['finishedMaps', 'finishedMaps', 'int'],
    ['finishedReduces', 'finishedReduces', 'int'],
    ['failedMaps', 'failedMaps', 'int'],
    ['failedReduces', 'failedReduces', 'int'],
    ['totalCounters', 'totalCounters', 'counters'],
    ['mapCounters', 'mapCounters', 'counters'],
    ['reduceCounters', 'reduceCounters', 'counters'],
    ...KILLED,
  ],
  JobInfoChange: [JOB, ['submitTime', 'submitTimeMs', 'long'], ['launchTime', 'launchTimeMs', 'long']],
  JobInited: [
    JOB,
    ['launchTime', 'launchTimeMs', 'long'],
    ['totalMaps', 'totalMaps', 'int'],
    ['totalReduces', 'totalReduces', 'int'],
    ['jobStatus', 'jobStatus', 'string'],
    ['uberized', 'uberized', 'boolean', false],
  ],
  AMStarted: [
    ['applicationAttemptId', 'applicationAttemptId', 'string'],
    START,
    ['containerId', 'containerId', 'string'],
    ['nodeManagerHost', 'nodeManagerHost', 'string'],
    ['nodeManagerPort', 'nodeManagerPort', 'int'],
    ['nodeManagerHttpPort', 'nodeManagerHttpPort', 'int'],
  ],
  JobPriorityChange: [JOB, ['priority', 'priority', 'string']],
  JobQueueChange: [JOB, ['jobQueueName', 'jobQueueName', 'string']],
  JobStatusChanged: [JOB, ['jobStatus', 'jobStatus', 'string']],
  JobSubmitted: [
    JOB,
    ['jobName', 'jobName', 'string'],
    ['userName', 'userName', 'string'],
    ['submitTime', 'submitTimeMs', 'long'],
    ['jobConfPath', 'jobConfPath', 'string', ''],
    ['acls', 'acls', 'map', {}],
    ['jobQueueName', 'jobQueueName', 'string', 'default'],
    ['workflowId', undefined, 'string?', { string: '' }],
    ['workflowName', undefined, 'string?', { string: '' }],
    ['workflowNodeName', undefined, 'string?', { string: '' }],
    ['workflowAdjacencies', undefined, 'string?', { string: '' }],
    ['workflowTags', undefined, 'string?', { string: '' }],
  ],
  JobUnsuccessfulCompletion: [
    JOB,
    FINISH,
    ['finishedMaps', 'finishedMaps', 'int'],
    ['finishedReduces', 'finishedReduces', 'int'],
    ['jobStatus', 'jobStatus', 'string'],
    ['diagnostics', 'diagnostics', 'string?', ''],
    ['failedMaps', 'failedMaps', 'tally'],
    ['failedReduces', 'failedReduces', 'tally'],
    ...KILLED,
  ],
  MapAttemptFinished: [...ATTEMPT_ENDED, ['mapFinishTime', 'mapFinishTimeMs', 'long'], ...FINISHED_AT],
  ReduceAttemptFinished: [
    ...ATTEMPT_ENDED,
    ['shuffleFinishTime', 'shuffleFinishTimeMs', 'long'],
    ['sortFinishTime', 'sortFinishTimeMs', 'long'],
    ...FINISHED_AT,
  ],
  TaskAttemptFinished: [
    ...ATTEMPT_ENDED,
    FINISH,
    ['rackname', 'rackname', 'string'],
    ['hostname', 'hostname', 'string'],
    ['state', 'state', 'string'],
    COUNTERS,
  ],
  TaskAttemptStarted: [
    TASK,
    TYPE,
    ATTEMPT,
    START,
    ['trackerName', 'trackerName', 'string'],
    ['httpPort', 'httpPort', 'int'],
    ['shufflePort', 'shufflePort', 'int', -1],
    ['containerId', 'containerId', 'string', ''],
    ['locality', 'locality', 'string?'],
    ['avataar', 'avataar', 'string?'],
  ],
  TaskAttemptUnsuccessfulCompletion: [
    TASK,
    TYPE,
    ATTEMPT,
    FINISH,
    ...PLACE,
    ['status', 'status', 'string'],
    ['error', 'error', 'string', ''],
    ['counters', 'counters', 'counters?'],
    ...SPLITS,
  ],
  TaskFailed: [
    TASK,
    TYPE,
    FINISH,
    ['error', 'error', 'string', ''],
    ['failedDueToAttempt', 'failedDueToAttempt', 'requiredString?'],
    ['status', 'status', 'string'],
    ['counters', 'counters', 'counters?'],
  ],
  TaskFinished: [
    TASK,
    TYPE,
    FINISH,
    ['status', 'status', 'string'],
    COUNTERS,
    ['successfulAttemptId', 'successfulAttemptId', 'string?'],
  ],
  TaskStarted: [TASK, TYPE, START, ['splitLocations', 'splitLocations', 'string', '']],
  TaskUpdated: [TASK, FINISH],
} as const satisfies Readonly<Record<string, readonly JhistField[]>>;

export type JhistRecordName = keyof typeof JHIST_RECORDS;

const ATTEMPT_RECORDS = {
  MAP_ATTEMPT_STARTED: 'TaskAttemptStarted',
  MAP_ATTEMPT_FINISHED: 'MapAttemptFinished',
  MAP_ATTEMPT_FAILED: 'TaskAttemptUnsuccessfulCompletion',
  MAP_ATTEMPT_KILLED: 'TaskAttemptUnsuccessfulCompletion',
  REDUCE_ATTEMPT_STARTED: 'TaskAttemptStarted',
  REDUCE_ATTEMPT_FINISHED: 'ReduceAttemptFinished',
  REDUCE_ATTEMPT_FAILED: 'TaskAttemptUnsuccessfulCompletion',
  REDUCE_ATTEMPT_KILLED: 'TaskAttemptUnsuccessfulCompletion',
} as const;

/** Events that Hadoop has too. An adoption is ours: it is left out of exports, where such an attempt runs on as if nothing had been. */
export type JhistEventType = Exclude<HistoryEventType, 'MAP_ATTEMPT_ADOPTED' | 'REDUCE_ATTEMPT_ADOPTED'>;

/** The record that carries each event. */
export const RECORD_OF: Readonly<Record<JhistEventType, JhistRecordName>> = {
  JOB_SUBMITTED: 'JobSubmitted',
  JOB_INITED: 'JobInited',
  JOB_FINISHED: 'JobFinished',
  JOB_PRIORITY_CHANGED: 'JobPriorityChange',
  JOB_STATUS_CHANGED: 'JobStatusChanged',
  JOB_QUEUE_CHANGED: 'JobQueueChange',
  JOB_FAILED: 'JobUnsuccessfulCompletion',
  JOB_KILLED: 'JobUnsuccessfulCompletion',
  JOB_ERROR: 'JobUnsuccessfulCompletion',
  JOB_INFO_CHANGED: 'JobInfoChange',
  TASK_STARTED: 'TaskStarted',
  TASK_FINISHED: 'TaskFinished',
  TASK_FAILED: 'TaskFailed',
  TASK_UPDATED: 'TaskUpdated',
  ...ATTEMPT_RECORDS,
  AM_STARTED: 'AMStarted',
};

const OUTCOMES = ['STARTED', 'FINISHED', 'FAILED', 'KILLED'] as const;

/** Hadoop's EventType in its order: what an older Hadoop had besides ours stands between. */
export const JHIST_EVENT_TYPES: readonly string[] = [
  ...Object.keys(RECORD_OF).filter((type) => !(type in ATTEMPT_RECORDS) && type !== 'AM_STARTED'),
  'NORMALIZED_RESOURCE',
  ...['MAP', 'REDUCE', 'SETUP', 'CLEANUP'].flatMap((kind) => OUTCOMES.map((outcome) => `${kind}_ATTEMPT_${outcome}`)),
  'AM_STARTED',
];
