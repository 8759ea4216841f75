/**
 * Recovery of a job by a new AM attempt: whether it can be, what the files say, and the output that has to be brought back before
 * the job's machine hears of it. Hadoop: MRAppMaster.recoveryEnabled and processRecovery, TaskAttemptImpl.recover (reference
 * mapreduce.md 6.7). Attempts that ran when the AM died come as RUNNING: the job adopts them (docs/decisions/027).
 */
import {
  messageOf,
  mrAmKeys,
  readHistoryEvents,
  taskTypeOf,
  type AMStartedRecord,
  type ContainerId,
  type FileSystem,
  type TaskId,
} from '@bobbin/common';
import type { AppLog, RecoveredAttempt, RecoveredTask } from '../app-context.js';
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
  readonly fs: Pick<FileSystem, 'stream'>;
}

const NOBODY_SERVES_IT =
  'its output lies where an earlier attempt of the AppMaster ran it, in its own container, and no node serves it: its task runs again';

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
      const { truncated } = await readHistoryEvents(
        facts.historyFileOf(attempt),
        (event) => earlier.add(event),
        facts.fs,
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
  const succeeded = earlier.succeeded();
  return { amInfos, launchTimeMs, tasks: new Map([...succeeded, ...earlier.unfinished(succeeded)]) };
}

/** The containers of the attempts that may run still. */
export function awaitedContainers({ tasks }: Recovery): ReadonlySet<ContainerId> {
  const running = [...tasks.values()].flatMap(({ attempts }) => attempts.filter(({ state }) => state === 'RUNNING'));
  return new Set(running.map(({ containerId }) => containerId));
}

/** What earlier attempts of the AM left in the output folder. */
export interface EarlierOutput extends Pick<JobCommitter, 'recoverTask'> {
  /** The job's commit has come to its end, under whichever attempt. */
  isCommitted(): Promise<boolean>;
}

/**
 * The tasks as the job is to recover them. Output that was committed (reduces', and maps' of a job without reduces) is brought
 * back first; an attempt whose output is lost counts as killed, and its task runs again, unless the job has been committed meanwhile. While a reduce
 * is still to run, a map counts only where a node serves its output.
 */
export async function recoverOutput(
  tasks: ReadonlyMap<TaskId, RecoveredTask>,
  numReduces: number,
  output: EarlierOutput,
  log: AppLog,
): Promise<ReadonlyMap<TaskId, RecoveredTask>> {
  const settled = new Map<TaskId, RecoveredTask>();
  for (const [taskId, task] of tasks) {
    const isCommitted = taskTypeOf(taskId) === 'REDUCE' || numReduces === 0;
    settled.set(taskId, isCommitted ? await withOutput(task, output, log) : task);
  }
  const all = [...settled.values()];
  const finishedReduces = all.filter((task) => taskTypeOf(task.taskId) === 'REDUCE' && winnerOf(task)).length;
  if (finishedReduces === numReduces) return settled;
  const isUseless = (task: RecoveredTask): boolean =>
    taskTypeOf(task.taskId) === 'MAP' && (winnerOf(task)?.shufflePort ?? 0) < 0;
  for (const task of all) if (isUseless(task)) settled.set(task.taskId, withoutWinner(task, NOBODY_SERVES_IT));
  return settled;
}

function winnerOf({ attempts }: RecoveredTask): RecoveredAttempt | undefined {
  return attempts.find(({ state }) => state === 'SUCCEEDED');
}

async function withOutput(task: RecoveredTask, output: EarlierOutput, log: AppLog): Promise<RecoveredTask> {
  const winner = winnerOf(task);
  if (!winner) return task;
  try {
    await output.recoverTask(winner.attemptId);
    return task;
  } catch (error) {
    if (await output.isCommitted()) return task;
    const diagnostics = `its output could not be brought back: ${messageOf(error)}`;
    log.warn(`${task.taskId} runs again: ${diagnostics}`);
    return withoutWinner(task, diagnostics);
  }
}

function withoutWinner(task: RecoveredTask, diagnostics: string): RecoveredTask {
  const attempts = task.attempts.map((attempt) =>
    attempt.state === 'SUCCEEDED' ? { ...attempt, state: 'KILLED' as const, diagnostics } : attempt,
  );
  return { ...task, attempts };
}
