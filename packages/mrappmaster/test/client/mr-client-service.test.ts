/** MRClientService: held reports, kills as events that name the caller, clear refusals. */
import {
  applicationId,
  jobId,
  taskAttemptId,
  taskId,
  type Caller,
  type JobReport,
  type JobState,
  type TaskAttemptReport,
  type TaskReport,
} from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { JobView, TaskAttemptView, TaskView } from '../../src/app-context.js';
import { MRClientService } from '../../src/client/mr-client-service.js';
import type { MRAppEvent } from '../../src/events.js';

const id = jobId(applicationId(1_700_000_000_000, 1));
const other = jobId(applicationId(1_700_000_000_000, 2));
const m0 = taskId(id, 'MAP', 0);
const m00 = taskAttemptId(m0, 0);
const ann: Caller = { kind: 'user', user: 'ann', authMethod: 'TOKEN' };
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

class FakeJob {
  id = id;
  version = 1;
  state: JobState = 'RUNNING';
  private listeners = new Set<() => void>();
  readonly attemptView = { diagnostics: ['d'], report: () => ({ taskAttemptId: m00 }) as TaskAttemptReport };
  readonly taskView = { report: () => ({ taskId: m0 }) as TaskReport };
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  get listening(): number {
    return this.listeners.size;
  }
  change(state: JobState = this.state): void {
    this.version++;
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
  report = (): JobReport => ({ jobId: id, state: this.state }) as JobReport;
  counters = () => ({ g: { c: 1 } });
  task = (task: string) => (task === m0 ? (this.taskView as unknown as TaskView) : undefined);
  attempt = (attempt: string) => (attempt === m00 ? (this.attemptView as unknown as TaskAttemptView) : undefined);
  tasks = () => [this.taskView];
  completionEvents = (from: number, max: number) => [{ eventId: from, max }];
}

function aStand() {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const job = new FakeJob();
  const service = new MRClientService({ clock, dispatcher: sink, job: () => job as unknown as JobView });
  return { clock, sink, job, service };
}

/** Whether a promise has settled. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  void promise.then(() => (open = false));
  await settle();
  return open;
}

describe('getJobReport', () => {
  it('answers at once where the client knows less, or does not want to wait', async () => {
    const { service } = aStand();
    await expect(service.getJobReport({ jobId: id })).resolves.toMatchObject({ version: 1 });
    await expect(service.getJobReport({ jobId: id, waitMs: 1000, knownVersion: 0 })).resolves.toMatchObject({
      version: 1,
    });
  });

  it('is held until the report changes, but paces a busy job', async () => {
    const { service, job, clock } = aStand();
    const answer = service.getJobReport({ jobId: id, waitMs: 10_000, knownVersion: 1 });
    job.change();
    job.change();
    expect(await isOpen(answer)).toBe(true);
    clock.advance(100);
    await expect(answer).resolves.toMatchObject({ version: 3 });
    expect(job.listening).toBe(0);
    expect(clock.armed).toBe(0);
  });

  it('tells a new state at once', async () => {
    const { service, job } = aStand();
    const answer = service.getJobReport({ jobId: id, waitMs: 10_000, knownVersion: 1 });
    job.change('SUCCEEDED');
    await expect(answer).resolves.toMatchObject({ jobReport: { state: 'SUCCEEDED' } });
  });

  it('comes back unchanged when the wait is over, and at the end of the AM', async () => {
    const { service, clock } = aStand();
    const waited = service.getJobReport({ jobId: id, waitMs: 5000, knownVersion: 1 });
    clock.advance(5000);
    await expect(waited).resolves.toMatchObject({ version: 1 });
    const cut = service.getJobReport({ jobId: id, waitMs: 5000, knownVersion: 1 });
    service.stop();
    await expect(cut).resolves.toMatchObject({ version: 1 });
  });
});

it('reads are those of the job and its tasks', () => {
  const { service } = aStand();
  expect(service.getCounters({ jobId: id })).toEqual({ counters: { g: { c: 1 } } });
  expect(service.getTaskReport({ taskId: m0 })).toEqual({ taskReport: { taskId: m0 } });
  expect(service.getTaskReports({ jobId: id, taskType: 'MAP' }).taskReports).toHaveLength(1);
  expect(service.getTaskAttemptReport({ taskAttemptId: m00 }).taskAttemptReport.taskAttemptId).toBe(m00);
  expect(service.getDiagnostics({ taskAttemptId: m00 })).toEqual({ diagnostics: ['d'] });
  const events = service.getTaskAttemptCompletionEvents({ jobId: id, fromEventId: 2, maxEvents: 1e9 });
  expect(events).toEqual({ completionEvents: [{ eventId: 2, max: 10_000 }] });
});

it.each([
  ['killJob', () => ({ jobId: id }), ['JOB_DIAGNOSTIC_UPDATE', 'JOB_KILL']],
  ['killTask', () => ({ taskId: m0 }), ['T_KILL']],
  ['killTaskAttempt', () => ({ taskAttemptId: m00 }), ['TA_KILL']],
  ['failTaskAttempt', () => ({ taskAttemptId: m00 }), ['TA_DIAGNOSTICS_UPDATE', 'TA_FAILMSG_BY_CLIENT']],
] as const)('%s becomes events that name the caller', (method, request, types) => {
  const { service, sink } = aStand();
  const call = service[method].bind(service) as (r: unknown, caller: Caller) => unknown;
  call(request(), ann);
  const events = sink.take();
  expect(events.map((e) => e.type)).toEqual(types);
  expect(JSON.stringify(events)).toContain('received from ann');
});

it.each([
  [
    'an unknown job',
    'getCounters',
    { jobId: other },
    /Unknown job job_1700000000000_0002; this ApplicationMaster runs/,
  ],
  ['a task of another job', 'getTaskReport', { taskId: taskId(other, 'MAP', 0) }, /Unknown job/],
  ['an unknown task', 'killTask', { taskId: taskId(id, 'MAP', 9) }, /Unknown task task_/],
  ['an unknown attempt', 'killTaskAttempt', { taskAttemptId: taskAttemptId(m0, 9) }, /Unknown task attempt/],
  ['a text that is no id', 'getDiagnostics', { taskAttemptId: 'x' }, /'x' is not a task attempt id/],
  ['a negative event id', 'getTaskAttemptCompletionEvents', { jobId: id, fromEventId: -1, maxEvents: 1 }, /start at 0/],
] as const)('%s is refused with its name', (_, method, request, message) => {
  const { service, sink } = aStand();
  const call = service[method].bind(service) as (r: unknown, caller: Caller) => unknown;
  expect(() => call(request, ann)).toThrow(message);
  expect(sink.take()).toEqual([]);
});
