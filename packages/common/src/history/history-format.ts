/**
 * The history file: one header line, then one JSON line for each event, appended while the job runs (DESIGN D9, Hadoop's
 * `.jhist` in its place, reference mapreduce.md 6.2). At most 1 KB a task, so keys are short, and what the reader can know
 * is left out:
 * - the job's own id everywhere; `m12` is its map task 12, `r0.1` attempt 1 of its reduce 0, `2.17` container 17 of AM 2;
 * - the task of an attempt, and the kind of a task;
 * - host and port of an attempt that ends on the node it started on;
 * - counters of a finished task that equal those of its successful attempt (see history-counters for how they look);
 * - of moments before the record's own (kind `ago`), the milliseconds that lie between;
 * - values equal to the default in the table below, which documents every line: code, then (field, key, kind, default).
 * Header: `{"format":"bobbin-history","version":1,"job":"job_..."}`. A reader refuses versions it does not know.
 */
import {
  applicationAttemptId,
  containerId,
  parseApplicationAttemptId,
  parseContainerId,
  parseJobId,
  parseNodeId,
  parseTaskAttemptId,
  parseTaskId,
  taskAttemptId,
  taskId,
  type ContainerId,
  type JobId,
  type TaskAttemptId,
  type TaskId,
} from '../records/ids.js';
import type { CounterGroups } from '../records/protocols.js';
import { packCounters, samePacked, unpackCounters } from './history-counters.js';
import type { HistoryEvent, HistoryEventType } from './history-events.js';

export const HISTORY_FORMAT = 'bobbin-history';
export const HISTORY_VERSION = 1;

type Kind = 'plain' | 'optional' | 'ago' | 'task' | 'attempt' | 'container' | 'counters' | 'splits';
type Field = readonly [name: string, key: string, kind: Kind, fallback?: unknown];

const FINISH: Field = ['finishTimeMs', 'f', 'plain'];
const START: Field = ['startTimeMs', 's', 'plain'];
const ATTEMPT: Field = ['attemptId', 'a', 'attempt'];
const TASK: Field = ['taskId', 't', 'task'];
const TALLY: readonly Field[] = [
  ['finishedMaps', 'fm', 'plain', 0],
  ['finishedReduces', 'fr', 'plain', 0],
  ['failedMaps', 'xm', 'plain', 0],
  ['failedReduces', 'xr', 'plain', 0],
  ['killedMaps', 'km', 'plain', 0],
  ['killedReduces', 'kr', 'plain', 0],
];
const UNSUCCESSFUL_JOB: readonly Field[] = [
  FINISH,
  ...TALLY,
  ['jobStatus', 'st', 'plain'],
  ['diagnostics', 'd', 'plain', ''],
];
const ATTEMPT_STARTED: readonly Field[] = [
  ATTEMPT,
  START,
  ['trackerName', 'n', 'plain'],
  ['httpPort', 'h', 'plain', 0],
  ['shufflePort', 'p', 'plain', -1],
  ['containerId', 'c', 'container'],
  ['locality', 'lo', 'optional'],
  ['avataar', 'av', 'optional'],
  ['awaited', 'w', 'optional'],
  ['askTimeMs', 'q', 'ago'],
  ['grantTimeMs', 'g', 'ago'],
];
const TIMES: readonly Field[] = [
  ['processStartTimeMs', 'b', 'ago'],
  ['takeTimeMs', 'x', 'ago'],
  ['loadTimeMs', 'l', 'ago'],
  ['commitTimeMs', 'y', 'ago'],
];
const ATTEMPT_ADOPTED: readonly Field[] = [ATTEMPT, ['adoptTimeMs', 's', 'plain']];
const ATTEMPT_END: readonly Field[] = [
  FINISH,
  ['hostname', 'hn', 'plain'],
  ['port', 'pt', 'plain'],
  ['rackname', 'r', 'plain', '/default-rack'],
];
const ATTEMPT_FINISHED: readonly Field[] = [
  ...ATTEMPT_END,
  ...TIMES,
  ['taskStatus', 'st', 'plain', 'SUCCEEDED'],
  ['state', 'sx', 'plain', ''],
  ['counters', 'k', 'counters'],
  ['splits', 'sp', 'splits'],
];
const ATTEMPT_UNSUCCESSFUL: readonly Field[] = [
  ATTEMPT,
  ...ATTEMPT_END,
  ...TIMES,
  ['status', 'st', 'plain'],
  ['error', 'd', 'plain', ''],
  ['counters', 'k', 'counters'],
  ['splits', 'sp', 'splits'],
];

const LINES: Readonly<Record<HistoryEventType, readonly [code: string, fields: readonly Field[]]>> = {
  AM_STARTED: [
    'AM',
    [
      ['applicationAttemptId', 'n', 'plain'],
      START,
      ['containerId', 'c', 'container'],
      ['nodeManagerHost', 'h', 'plain'],
      ['nodeManagerPort', 'p', 'plain'],
      ['nodeManagerHttpPort', 'w', 'plain'],
      ['processStartTimeMs', 'b', 'ago'],
    ],
  ],
  JOB_SUBMITTED: [
    'JS',
    [
      ['jobName', 'n', 'plain'],
      ['userName', 'u', 'plain'],
      ['submitTimeMs', 's', 'plain'],
      ['jobConfPath', 'c', 'plain', ''],
      ['acls', 'acl', 'plain'],
      ['jobQueueName', 'q', 'plain'],
    ],
  ],
  JOB_INITED: [
    'JI',
    [
      ['launchTimeMs', 's', 'plain'],
      ['totalMaps', 'm', 'plain'],
      ['totalReduces', 'r', 'plain'],
      ['jobStatus', 'st', 'plain', 'INITED'],
      ['uberized', 'u', 'plain', false],
    ],
  ],
  JOB_INFO_CHANGED: [
    'JC',
    [
      ['submitTimeMs', 's', 'plain'],
      ['launchTimeMs', 'l', 'plain'],
    ],
  ],
  JOB_QUEUE_CHANGED: ['JQ', [['jobQueueName', 'q', 'plain']]],
  JOB_PRIORITY_CHANGED: ['JP', [['priority', 'p', 'plain']]],
  JOB_STATUS_CHANGED: ['JT', [['jobStatus', 'st', 'plain']]],
  JOB_FINISHED: [
    'JF',
    [
      FINISH,
      ['commitTimeMs', 'y', 'ago'],
      ...TALLY,
      ['totalCounters', 'k', 'counters'],
      ['mapCounters', 'mk', 'counters'],
      ['reduceCounters', 'rk', 'counters'],
    ],
  ],
  JOB_FAILED: ['JX', UNSUCCESSFUL_JOB],
  JOB_KILLED: ['JK', UNSUCCESSFUL_JOB],
  JOB_ERROR: ['JE', UNSUCCESSFUL_JOB],
  TASK_STARTED: ['TS', [TASK, START, ['splitLocations', 'l', 'plain', '']]],
  TASK_UPDATED: ['TU', [TASK, FINISH]],
  TASK_FINISHED: [
    'TF',
    [
      TASK,
      FINISH,
      ['status', 'st', 'plain', 'SUCCEEDED'],
      ['counters', 'k', 'counters'],
      ['successfulAttemptId', 'a', 'attempt'],
    ],
  ],
  TASK_FAILED: [
    'TX',
    [
      TASK,
      FINISH,
      ['status', 'st', 'plain'],
      ['error', 'd', 'plain', ''],
      ['failedDueToAttempt', 'a', 'attempt'],
      ['counters', 'k', 'counters'],
    ],
  ],
  MAP_ATTEMPT_STARTED: ['MS', ATTEMPT_STARTED],
  REDUCE_ATTEMPT_STARTED: ['RS', ATTEMPT_STARTED],
  MAP_ATTEMPT_ADOPTED: ['MA', ATTEMPT_ADOPTED],
  REDUCE_ATTEMPT_ADOPTED: ['RA', ATTEMPT_ADOPTED],
  MAP_ATTEMPT_FINISHED: ['MF', [ATTEMPT, ['mapFinishTimeMs', 'm', 'plain', 0], ...ATTEMPT_FINISHED]],
  REDUCE_ATTEMPT_FINISHED: [
    'RF',
    [ATTEMPT, ['shuffleFinishTimeMs', 'm', 'plain', 0], ['sortFinishTimeMs', 'o', 'plain', 0], ...ATTEMPT_FINISHED],
  ],
  MAP_ATTEMPT_FAILED: ['MX', ATTEMPT_UNSUCCESSFUL],
  REDUCE_ATTEMPT_FAILED: ['RX', ATTEMPT_UNSUCCESSFUL],
  MAP_ATTEMPT_KILLED: ['MK', ATTEMPT_UNSUCCESSFUL],
  REDUCE_ATTEMPT_KILLED: ['RK', ATTEMPT_UNSUCCESSFUL],
};

const TYPE_OF_CODE = new Map(Object.entries(LINES).map(([type, [code]]) => [code, type as HistoryEventType]));

type Loose = Record<string, unknown>;

/** What has been said of attempts that run, so that it need not be said again; the same on both sides. */
class Memory {
  private readonly trackers = new Map<string, string>();
  private readonly counters = new Map<string, { readonly attempt: string; readonly packed: readonly unknown[] }>();

  learn(line: Loose, type: HistoryEventType): void {
    const attempt = 'a' in line ? String(line['a']) : '';
    if (type === 'MAP_ATTEMPT_STARTED' || type === 'REDUCE_ATTEMPT_STARTED') {
      this.trackers.set(attempt, String(line['n']));
    } else if (type === 'MAP_ATTEMPT_FINISHED' || type === 'REDUCE_ATTEMPT_FINISHED') {
      this.trackers.delete(attempt);
      this.counters.set(attempt.split('.')[0] ?? '', { attempt, packed: line['k'] as readonly unknown[] });
    } else if (type === 'TASK_FINISHED' || type === 'TASK_FAILED') {
      this.counters.delete(String(line['t']));
    } else if ('a' in line && type !== 'MAP_ATTEMPT_ADOPTED' && type !== 'REDUCE_ATTEMPT_ADOPTED') {
      this.trackers.delete(attempt);
    }
  }

  /** The node an attempt started on. */
  node(attempt: unknown): { host: string; port: number } | undefined {
    const tracker = this.trackers.get(String(attempt));
    return tracker === undefined ? undefined : parseNodeId(tracker);
  }

  /** Counters the successful attempt of a task reported. */
  countersOf(task: unknown, attempt: unknown): readonly unknown[] | undefined {
    const known = this.counters.get(String(task));
    return known !== undefined && known.attempt === attempt ? known.packed : undefined;
  }
}

/** Makes the lines of one file, in order; each without its newline. */
export class HistoryEncoder {
  private readonly memory = new Memory();

  constructor(private readonly jobId: JobId) {}

  header(): string {
    return JSON.stringify({ format: HISTORY_FORMAT, version: HISTORY_VERSION, job: this.jobId });
  }

  encode(event: HistoryEvent): string {
    const [code, fields] = LINES[event.type];
    const line: Loose = { e: code };
    const values = event as unknown as Loose;
    for (const [name, key, kind, fallback] of fields) {
      const value = values[name];
      if (value === undefined || value === fallback) continue;
      line[key] =
        kind === 'ago'
          ? ownTime(values['finishTimeMs'], values['startTimeMs']) - Number(value)
          : this.short(kind, value);
    }
    this.leaveOutTheKnown(line);
    const text = JSON.stringify(line);
    this.memory.learn(line, event.type);
    return text;
  }

  private leaveOutTheKnown(line: Loose): void {
    const node = 'hn' in line ? this.memory.node(line['a']) : undefined;
    if (node?.host === line['hn'] && node?.port === line['pt']) {
      delete line['hn'];
      delete line['pt'];
    }
    if (line['e'] === 'TF' && 'k' in line) {
      const known = this.memory.countersOf(line['t'], line['a']);
      if (known !== undefined && samePacked(known, line['k'] as readonly unknown[])) delete line['k'];
    }
  }

  private short(kind: Kind, value: unknown): unknown {
    switch (kind) {
      case 'task':
        return shortTask(value as TaskId);
      case 'attempt':
        return shortAttempt(value as TaskAttemptId);
      case 'container':
        return this.shortContainer(value as ContainerId);
      case 'counters':
        return packCounters(value as CounterGroups);
      case 'splits': {
        const { clockSplits, cpuUsages, vMemKbytes, physMemKbytes } = value as Record<string, readonly number[]>;
        return [clockSplits, cpuUsages, vMemKbytes, physMemKbytes];
      }
      case 'plain':
      case 'optional':
      case 'ago':
        return value;
    }
  }

  private shortContainer(id: ContainerId): string {
    const { applicationAttemptId: attempt, epoch, sequence } = parseContainerId(id);
    const parsed = parseApplicationAttemptId(attempt);
    const ours = parsed.applicationId === parseJobId(this.jobId).applicationId;
    return ours && epoch === 0 ? `${parsed.attempt}.${sequence}` : id;
  }
}

/** Reads the lines of one file, in order. Every method throws a plain Error that says what is wrong with the line. */
export class HistoryDecoder {
  private readonly memory = new Memory();

  private constructor(readonly jobId: JobId) {}

  /** From the header line. */
  static fromHeader(line: string): HistoryDecoder {
    const header = parseLine(line);
    if (header['format'] !== HISTORY_FORMAT) throw new Error(`not a job history: its first line has no format`);
    if (header['version'] !== HISTORY_VERSION) {
      throw new Error(`history version ${String(header['version'])} is unknown; this release reads ${HISTORY_VERSION}`);
    }
    const jobId = String(header['job']);
    parseJobId(jobId);
    return new HistoryDecoder(jobId as JobId);
  }

  decode(text: string): HistoryEvent {
    const line = parseLine(text);
    const type = TYPE_OF_CODE.get(String(line['e']));
    if (!type) throw new Error(`no history event has the code '${String(line['e'])}'`);
    const node = 'a' in line ? this.memory.node(line['a']) : undefined;
    if (node && !('hn' in line)) Object.assign(line, { hn: node.host, pt: node.port });
    if (type === 'TASK_FINISHED' && !('k' in line)) line['k'] = this.memory.countersOf(line['t'], line['a']) ?? [];
    this.memory.learn(line, type);
    const event: Loose = { type };
    if (type.startsWith('JOB_')) event['jobId'] = this.jobId;
    for (const field of LINES[type][1]) this.read(field, line, event);
    if (type.startsWith('TASK_') && type !== 'TASK_UPDATED')
      event['taskType'] = parseTaskId(String(event['taskId'])).type;
    if (type.includes('_ATTEMPT_')) event['taskId'] = parseTaskAttemptId(String(event['attemptId'])).taskId;
    return event as unknown as HistoryEvent;
  }

  private read([name, key, kind, fallback]: Field, line: Loose, event: Loose): void {
    if (key in line) {
      event[name] = kind === 'ago' ? ownTime(line['f'], line['s']) - Number(line[key]) : this.long(kind, line[key]);
    } else if (fallback !== undefined) {
      event[name] = fallback;
    } else if (kind === 'plain' || kind === 'task' || kind === 'container') {
      throw new Error(`'${String(line['e'])}' lacks '${key}' (${name})`);
    }
  }

  private long(kind: Kind, value: unknown): unknown {
    switch (kind) {
      case 'task':
        return this.longTask(String(value));
      case 'attempt': {
        const [task = '', attempt = ''] = String(value).split('.');
        return taskAttemptId(this.longTask(task), numberIn(attempt));
      }
      case 'container':
        return this.longContainer(String(value));
      case 'counters':
        return unpackCounters(value);
      case 'splits': {
        const [clockSplits, cpuUsages, vMemKbytes, physMemKbytes] = value as readonly (readonly number[])[];
        return { clockSplits, cpuUsages, vMemKbytes, physMemKbytes };
      }
      case 'plain':
      case 'optional':
      case 'ago':
        return value;
    }
  }

  private longTask(text: string): TaskId {
    return taskId(this.jobId, text.startsWith('m') ? 'MAP' : 'REDUCE', numberIn(text.slice(1)));
  }

  private longContainer(text: string): ContainerId {
    if (text.startsWith('container_')) return text as ContainerId;
    const [attempt = '', sequence = ''] = text.split('.');
    const app = parseJobId(this.jobId).applicationId;
    return containerId(applicationAttemptId(app, numberIn(attempt)), numberIn(sequence));
  }
}

/** The moment a record tells of: of an end, else of a start. */
function ownTime(finishMs: unknown, startMs: unknown): number {
  return Number(finishMs ?? startMs);
}

function shortTask(id: TaskId): string {
  const { type, task } = parseTaskId(id);
  return `${type === 'MAP' ? 'm' : 'r'}${task}`;
}

function shortAttempt(id: TaskAttemptId): string {
  const { taskId: task, attempt } = parseTaskAttemptId(id);
  return `${shortTask(task)}.${attempt}`;
}

function numberIn(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`'${text}' is no number of a task, an attempt or a container`);
  return Number(text);
}

function parseLine(text: string): Loose {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('a line is not a JSON object');
  return value as Loose;
}
