/**
 * followJob: shows a submitted job until it ends, and what came of it. Hadoop: Job.waitForCompletion. The first Ctrl-C kills the
 * job and waits for that; the second leaves at once.
 */
import type { JobId, JobReport, TaskReport } from '@bobbin/common';
import { isOver, type JobOutcome } from '@bobbin/client';
import { every, mrClientKeys, messageOf } from '@bobbin/common';
import { counterLines } from '../output/counters.js';
import type { CommandIO } from '../output/io.js';
import type { Session } from '../session.js';
import { withHistory } from './job-history.js';
import { LiveProgress, PlainProgress, silentProgress, type JobProgress, type OutputFilter } from './progress.js';
import type { SubmittedJob } from './submit-job.js';

/** Exit codes of `bobbin job submit`, beside 1 for a job that failed and 2 for a wrong command line. */
export const INTERRUPTED = 130;

const REDRAW_EVERY_MS = 250;

/** Shows the job to its end; resolves with the exit code. `interrupted`: Ctrl-C was pressed while it was submitted. */
export async function followJob(
  session: Session,
  io: CommandIO,
  job: SubmittedJob,
  { json, interrupted }: { readonly json: boolean; readonly interrupted: boolean },
): Promise<number> {
  const progress = progressFor(session, io, job, json);
  const ticker = every(io.clock, REDRAW_EVERY_MS, () => progress.tick());
  const interrupts = { count: 0 };
  const done = new AbortController();
  const onInterrupt = (): void => {
    interrupts.count++;
    if (interrupts.count > 1) return done.abort();
    io.warn(`Killing ${job.jobId}; press Ctrl-C again to leave it to itself`);
    session.jobs.kill(job.applicationId, 'killed by Ctrl-C of its submitter').catch((error: unknown) => {
      io.warn(`${job.jobId} could not be killed: ${messageOf(error)}`);
      done.abort();
    });
  };
  const stopListening = io.onInterrupt(onInterrupt);
  const stopNotices = session.onNotice((line) => progress.notice(line));
  if (interrupted) onInterrupt();
  try {
    const left = new Promise<'LEFT'>((resolve) => done.signal.addEventListener('abort', () => resolve('LEFT')));
    const outcome = await Promise.race([watch(session, job, progress), left]);
    if (outcome === 'LEFT') return INTERRUPTED;
    const complete = await withHistory(session.conf, job.jobId, outcome);
    // The AppMaster may have left before its last word could be asked for: history has it.
    if (complete.job) progress.update({ type: 'JOB', report: complete.job, running: undefined });
    progress.end();
    if (json) io.print(JSON.stringify(outcomeAsJson(job, complete)));
    else tellOutcome(io, job.jobId, complete);
    if (interrupts.count > 0) return INTERRUPTED;
    return succeeded(complete) ? 0 : 1;
  } finally {
    progress.end();
    ticker.cancel();
    stopListening();
    stopNotices();
  }
}

function progressFor(session: Session, io: CommandIO, job: SubmittedJob, json: boolean): JobProgress {
  const filter = session.conf.get(mrClientKeys.outputFilter).toUpperCase() as OutputFilter;
  if (json) return silentProgress(io);
  const { terminal } = io;
  if (terminal)
    return new LiveProgress(
      { ...io, terminal, warn: (line) => io.warn(line) },
      `${job.name}  ${job.jobId}`,
      job.submittedAtMs,
      filter,
    );
  return new PlainProgress(io, filter);
}

async function watch({ jobs }: Session, job: SubmittedJob, progress: JobProgress): Promise<JobOutcome> {
  const updates = jobs.follow(job.applicationId, { listTasks: progress instanceof LiveProgress });
  for (;;) {
    const next = await updates.next();
    if (next.done) return next.value;
    progress.update(next.value);
  }
}

function succeeded({ job, application }: JobOutcome): boolean {
  if (job && isOver(job.state)) return job.state === 'SUCCEEDED';
  return application.finalApplicationStatus === 'SUCCEEDED';
}

function finalState({ job, application }: JobOutcome): string {
  if (job && isOver(job.state)) return job.state;
  return application.finalApplicationStatus === 'UNDEFINED' ? application.state : application.finalApplicationStatus;
}

function outcomeAsJson(job: SubmittedJob, outcome: JobOutcome): object {
  return {
    jobId: job.jobId,
    applicationId: job.applicationId,
    name: job.name,
    state: finalState(outcome),
    output: job.output,
    isUber: outcome.job?.isUber,
    elapsedMs: elapsedMs(job, outcome.job),
    counters: outcome.counters,
    diagnostics: outcome.job?.diagnostics ?? outcome.application.diagnostics,
    failedTasks: outcome.failedTasks.map(({ taskId, diagnostics }) => ({ taskId, diagnostics })),
  };
}

function elapsedMs(job: SubmittedJob, report: JobReport | undefined): number | undefined {
  return report && report.finishTimeMs > 0 ? report.finishTimeMs - job.submittedAtMs : undefined;
}

function tellOutcome(io: CommandIO, job: JobId, outcome: JobOutcome): void {
  if (succeeded(outcome)) {
    io.print(`Job ${job} completed successfully`);
    if (outcome.counters) for (const line of counterLines(outcome.counters)) io.print(line);
    return;
  }
  const why = (outcome.job?.diagnostics ?? '') || outcome.application.diagnostics;
  io.warn(`Job ${job} failed with state ${finalState(outcome)} due to: ${why.trim()}`);
  const [first, ...others] = outcome.failedTasks;
  // An AppMaster's reason often quotes the attempt; twice would be once too much.
  if (first && !why.includes(first.diagnostics.at(-1)?.trim() ?? '')) tellFailedTask(io, first, others.length);
  io.warn(`\nLogs: bobbin job logs ${job}`);
}

/** The last attempt's own words; each line of them as the task wrote it. */
function tellFailedTask(io: CommandIO, { taskId, diagnostics }: TaskReport, others: number): void {
  const last = diagnostics.at(-1);
  if (last === undefined) return;
  io.warn(`\n${taskId} failed${others > 0 ? ` (and ${others} more)` : ''}; its last attempt said:`);
  for (const line of last.trimEnd().split('\n')) io.warn(`  ${line}`);
}
