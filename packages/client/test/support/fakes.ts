/** An RM and AppMasters that answer from a script, and a clock on which waiting takes no time. */
import {
  applicationId,
  jobId,
  taskAttemptId,
  taskId,
  UnreachableError,
  type ApplicationReport,
  type JobReport,
  type JobState,
  type TaskAttemptCompletionEvent,
  type TaskReport,
  type Timer,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import type { MRClient } from '../../src/index.js';

export const app = applicationId(1700000000000, 1);
export const job = jobId(app);
export const mapTask = taskId(job, 'MAP', 0);

/** Moves on by itself to the next timer whenever the process has nothing else to do. */
export class ImpatientClock extends ControlledClock {
  override after(delayMs: number, action: () => void): Timer {
    const timer = super.after(delayMs, action);
    setImmediate(() => this.advance(delayMs));
    return timer;
  }
}

export function anApplication(change: Partial<ApplicationReport> = {}): ApplicationReport {
  return {
    applicationId: app,
    user: 'ann',
    queue: 'default',
    name: 'word count',
    applicationType: 'MAPREDUCE',
    applicationTags: [],
    priority: 0,
    host: 'N/A',
    rpcPort: -1,
    state: 'ACCEPTED',
    finalApplicationStatus: 'UNDEFINED',
    trackingUrl: '',
    originalTrackingUrl: '',
    diagnostics: '',
    submitTimeMs: 1,
    startTimeMs: 1,
    launchTimeMs: 0,
    finishTimeMs: 0,
    progress: 0,
    unmanaged: false,
    ...change,
  };
}

export const running = (rpcPort = 1000): ApplicationReport =>
  anApplication({ state: 'RUNNING', host: 'am.example', rpcPort });

export function aJob(state: JobState, change: Partial<JobReport> = {}): JobReport {
  return {
    jobId: job,
    jobName: 'word count',
    user: 'ann',
    queue: 'default',
    state,
    mapProgress: 0,
    reduceProgress: 0,
    setupProgress: 0,
    cleanupProgress: 0,
    submitTimeMs: 1,
    startTimeMs: 2,
    finishTimeMs: 0,
    diagnostics: '',
    isUber: false,
    trackingUrl: '',
    historyFile: '',
    mapsTotal: 2,
    mapsCompleted: 0,
    reducesTotal: 1,
    reducesCompleted: 0,
    ...change,
  };
}

export function anEnd(attempt: number, status: TaskAttemptCompletionEvent['status']): TaskAttemptCompletionEvent {
  return {
    attemptId: taskAttemptId(mapTask, attempt),
    eventId: attempt,
    status,
    mapOutputServerAddress: '',
    attemptRunTimeMs: 1,
  };
}

export function aTask(state: TaskReport['state'], diagnostics: readonly string[] = []): TaskReport {
  return {
    taskId: mapTask,
    state,
    progress: 0,
    startTimeMs: 0,
    finishTimeMs: 0,
    counters: {},
    runningAttempts: [],
    diagnostics,
  };
}

export interface AMScript {
  /** Told one after the other; the last again and again, or nothing answers any more where `dies`. */
  readonly reports: readonly JobReport[];
  readonly dies?: boolean;
  readonly events?: readonly TaskAttemptCompletionEvent[];
  readonly tasks?: readonly TaskReport[];
}

/** Calls made to it, by name, and a client of it. */
export function fakeAM(script: AMScript): { readonly calls: string[]; readonly client: MRClient } {
  const calls: string[] = [];
  let next = 0;
  const note = <Q, R>(name: string, answer: (request: Q) => R) => {
    return async (request: Q): Promise<R> => {
      calls.push(name);
      return answer(request);
    };
  };
  const refuse = (): never => {
    throw new Error('not part of this test');
  };
  const client: MRClient = {
    getJobReport: note('getJobReport', () => {
      const report = script.reports[next] ?? (script.dies ? undefined : script.reports.at(-1));
      if (!report) throw new UnreachableError('nothing answers getJobReport');
      next++;
      return { jobReport: report, version: Math.min(next, script.reports.length) };
    }),
    getTaskAttemptCompletionEvents: note(
      'getTaskAttemptCompletionEvents',
      ({ fromEventId }: { fromEventId: number }) => ({
        completionEvents: (script.events ?? []).slice(fromEventId),
      }),
    ),
    getDiagnostics: note('getDiagnostics', ({ taskAttemptId: id }: { taskAttemptId: string }) => ({
      diagnostics: [`${id} could not`],
    })),
    getCounters: note('getCounters', () => ({ counters: { Mine: { apples: 3 } } })),
    getTaskReports: note('getTaskReports', ({ taskType }: { taskType: string }) => ({
      taskReports: taskType === 'MAP' ? (script.tasks ?? []) : [],
    })),
    killJob: note('killJob', () => ({})),
    getTaskReport: refuse,
    getTaskAttemptReport: refuse,
    killTask: refuse,
    killTaskAttempt: refuse,
    failTaskAttempt: refuse,
    close: () => void calls.push('close'),
  };
  return { calls, client };
}

/** Tells these reports one after the other, the last again and again; each as soon as it is asked. */
export function fakeRM(reports: readonly ApplicationReport[], killsAfter = 1) {
  const calls: string[] = [];
  let next = 0;
  let kills = 0;
  return {
    calls,
    getApplicationReport: async ({ knownState }: { knownState?: string }) => {
      calls.push(`getApplicationReport ${knownState ?? '-'}`);
      const applicationReport = reports[Math.min(next++, reports.length - 1)];
      if (!applicationReport) throw new Error('the script has no report');
      return { applicationReport };
    },
    forceKillApplication: async ({ diagnostics }: { diagnostics?: string }) => {
      calls.push(`forceKillApplication ${diagnostics}`);
      return { isKillCompleted: ++kills >= killsAfter };
    },
  };
}
