/**
 * JobPhases: how far each MapReduce job of a run has come, by what its attempts did and what lies in its output, not by what its AppMaster says. A phase
 * once left does not come again, whatever must be done anew: so a fault can be aimed at one (`when`, faults/plan.ts) and counted in one.
 */
import { jobId, parseTaskAttemptId, parseTaskId, type ApplicationId, type TaskAttemptId } from '@bobbin/common';
import type { LedgerEntry } from './cluster/client.js';
import type { Disk } from './disk.js';
import { PHASES, type JobPhase, type JobPlan } from './faults/plan.js';

interface Progress {
  readonly maps: number;
  readonly reduces: number;
  readonly index: number;
  phase: JobPhase;
  mapsBegan: boolean;
  reducesBegan: boolean;
  readonly finishedMaps: Set<number>;
  readonly finishedReduces: Set<number>;
  isCommitted: boolean;
}

export class JobPhases {
  /** By job id. */
  private readonly jobs = new Map<string, Progress>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly plans: readonly JobPlan[],
    shared: Disk,
  ) {
    shared.onChange((path) => {
      const [, applicationId] = /^\/output\/(application_\d+_\d+)\/_SUCCESS$/.exec(path) ?? [];
      const id = applicationId === undefined ? undefined : applicationId.replace('application', 'job');
      this.change(id, (job) => (job.isCommitted = true));
    });
  }

  /** A submission was acknowledged. */
  accepted(index: number, applicationId: ApplicationId): void {
    const plan = this.plans[index];
    if (plan?.kind !== 'mapreduce') return;
    const { maps, reduces } = plan;
    this.jobs.set(jobId(applicationId), {
      index,
      maps,
      reduces,
      phase: 'before maps',
      mapsBegan: false,
      reducesBegan: false,
      finishedMaps: new Set(),
      finishedReduces: new Set(),
      isCommitted: false,
    });
    this.enter(index, 'before maps');
  }

  began(attempt: TaskAttemptId): void {
    const { jobId: id, type } = taskOf(attempt);
    this.change(id, (job) => {
      if (type === 'MAP') job.mapsBegan = true;
      else job.reducesBegan = true;
    });
  }

  finished(attempt: TaskAttemptId): void {
    const { jobId: id, type, task } = taskOf(attempt);
    this.change(id, (job) => (type === 'MAP' ? job.finishedMaps : job.finishedReduces).add(task));
  }

  /** Of those jobs of the ledger that were acknowledged and have not ended. */
  running(ledger: readonly LedgerEntry[]): ReadonlySet<JobPhase> {
    const found = new Set<JobPhase>();
    for (const { applicationId, ended } of ledger) {
      const job = applicationId && !ended ? this.jobs.get(jobId(applicationId)) : undefined;
      if (job) found.add(job.phase);
    }
    return found;
  }

  /** Calls back once, when the job of this index comes into this phase; never, where it skips it. */
  onEnter(index: number, phase: JobPhase, act: () => void): void {
    const key = `${index} ${phase}`;
    this.waiting.set(key, [...(this.waiting.get(key) ?? []), act]);
  }

  private change(id: string | undefined, act: (job: Progress) => void): void {
    const job = id === undefined ? undefined : this.jobs.get(id);
    if (!job) return;
    act(job);
    const phase = phaseOf(job);
    if (PHASES.indexOf(phase) <= PHASES.indexOf(job.phase)) return;
    job.phase = phase;
    this.enter(job.index, phase);
  }

  private enter(index: number, phase: JobPhase): void {
    const key = `${index} ${phase}`;
    const acts = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    for (const act of acts) act();
  }
}

function phaseOf(job: Progress): JobPhase {
  const { maps, reduces, mapsBegan, reducesBegan, finishedMaps, finishedReduces } = job;
  if (job.isCommitted) return 'after';
  if (!mapsBegan && !reducesBegan) return 'before maps';
  if (finishedMaps.size < maps) return 'maps';
  if (finishedReduces.size >= reduces) return 'commit';
  return reducesBegan ? 'reduces' : 'between';
}

function taskOf(attempt: TaskAttemptId): ReturnType<typeof parseTaskId> {
  return parseTaskId(parseTaskAttemptId(attempt).taskId);
}
