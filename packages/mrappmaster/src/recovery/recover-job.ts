/**
 * Recovery of a job by a new AM attempt: whether it can be, what the files say, and the output that has to be brought back before
 * the job's machine hears of it. Hadoop: MRAppMaster.recoveryEnabled and processRecovery, TaskAttemptImpl.recover (reference
 * mapreduce.md 6.7). Tasks that ran when the AM died are not taken over here: they start again.
 */
import { messageOf, mrAmKeys, readHistoryEvents, taskTypeOf, type AMStartedRecord, type TaskId } from '@bobbin/common';
import type { AppLog, RecoveredTask } from '../app-context.js';
import type { JobCommitter } from '../commit/committer-event-handler.js';
import { EarlierAttempts } from './earlier-attempts.js';

export interface RecoveryFacts {
  /** This AM attempt's number, from 1. */
  readonly amAttempt: number;
  readonly numReduces: number;
  /** `yarn.app.mapreduce.am.job.recovery.enable`. */
  readonly isEnabled: boolean;
  /** The committer can bring back what a task committed under an earlier attempt. */
  readonly isCommitterAble: boolean;
  /** The key to map output came with the job, so that it is the one of the earlier attempts too. */
  readonly hasSubmittersSecret: boolean;
  historyFileOf(amAttempt: number): string;
}

/** What an AM attempt begins with. */
export interface Recovery {
  /** Of the attempts before, in their order. */
  readonly amInfos: readonly AMStartedRecord[];
  /** When the job began; undefined: now. */
  readonly launchTimeMs: number | undefined;
  readonly tasks: ReadonlyMap<TaskId, RecoveredTask>;
}

/** Why nothing is to be taken over, in words for the log; undefined: it is. */
export function hindrance(facts: RecoveryFacts): string | undefined {
  if (!facts.isEnabled) return `${mrAmKeys.recoveryEnable.name} is off`;
  if (!facts.isCommitterAble) return 'the output committer cannot bring back what tasks committed';
  if (facts.numReduces > 0 && !facts.hasSubmittersSecret) {
    return 'the key to the map output came from the earlier attempt itself, not from the submitter of the job';
  }
  return undefined;
}

/**
 * Reads the histories of all attempts before this one, oldest first; what cannot be read is left out, with a warning. The
 * attempts' own records are given even where nothing is taken over. Never rejects for what a file holds.
 */
export async function readEarlierAttempts(facts: RecoveryFacts, log: AppLog): Promise<Recovery> {
  const earlier = new EarlierAttempts();
  for (let attempt = 1; attempt < facts.amAttempt; attempt++) {
    try {
      const { truncated } = await readHistoryEvents(facts.historyFileOf(attempt), (event) =>
        earlier.add(event, attempt),
      );
      if (truncated !== undefined) log.info(`the history of AppMaster attempt ${attempt} ends early: ${truncated}`);
    } catch (error) {
      log.warn(messageOf(error));
    }
  }
  const { amInfos, launchTimeMs } = earlier;
  const nothing: Recovery = { amInfos, launchTimeMs: undefined, tasks: new Map() };
  if (facts.amAttempt === 1) return nothing;
  const why = hindrance(facts);
  if (why !== undefined) {
    log.warn(`nothing is taken over from earlier attempts of the AppMaster: ${why}`);
    return nothing;
  }
  return { amInfos, launchTimeMs, tasks: earlier.succeeded(facts.numReduces, facts.amAttempt - 1) };
}

/**
 * The tasks as the job is to recover them. Output that was committed (reduces', and maps' of a job without reduces) is brought
 * back first; an attempt whose output is lost counts as killed, and its task runs again.
 */
export async function recoverOutput(
  tasks: ReadonlyMap<TaskId, RecoveredTask>,
  numReduces: number,
  committer: Pick<JobCommitter, 'recoverTask'>,
  log: AppLog,
): Promise<ReadonlyMap<TaskId, RecoveredTask>> {
  const settled = new Map<TaskId, RecoveredTask>();
  for (const [taskId, task] of tasks) {
    const isCommitted = taskTypeOf(taskId) === 'REDUCE' || numReduces === 0;
    settled.set(taskId, isCommitted ? await withOutput(task, committer, log) : task);
  }
  return settled;
}

async function withOutput(
  task: RecoveredTask,
  committer: Pick<JobCommitter, 'recoverTask'>,
  log: AppLog,
): Promise<RecoveredTask> {
  const winner = task.attempts.find(({ state }) => state === 'SUCCEEDED');
  if (!winner) return task;
  try {
    await committer.recoverTask(winner.attemptId);
    return task;
  } catch (error) {
    const diagnostics = `its output could not be brought back: ${messageOf(error)}`;
    log.warn(`${task.taskId} runs again: ${diagnostics}`);
    const lost = { ...winner, state: 'KILLED' as const, diagnostics };
    return { ...task, attempts: task.attempts.map((attempt) => (attempt === winner ? lost : attempt)) };
  }
}
