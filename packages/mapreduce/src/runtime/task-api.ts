/**
 * The joint between the AppMaster's side and the task runtime: what a task is told (`TaskSpec`), what it may ask of the
 * process it runs in (`TaskEnv`), and what can be read of it from another thread (`TaskProgress`, `TaskSnapshot`).
 * Hadoop: mapred.{MapTask,ReduceTask} with TaskUmbilicalProtocol and MapOutputFile, cut where the umbilical is.
 * The AM makes the spec and sends it as JSON; `mrappmaster/child` makes the env inside a worker thread and calls
 * `runMapTask(spec, job, env)` or `runReduceTask(spec, job, env)`. Names only; nothing here does work.
 */
import type { Clock, CounterGroups, JobId, Phase, TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import type { ThreadSlab } from './slab.js';
import type { TaskProgress } from './task-progress.js';

/** A stretch of one input file; a line of `job.splits.jsonl`. */
export interface InputSplit {
  /** `file://` URL or plain path. */
  readonly path: string;
  /** Bytes. */
  readonly start: number;
  readonly length: number;
  /** Hosts that hold the first byte; empty where every host is as good. */
  readonly hosts: readonly string[];
}

interface TaskSpecBase {
  readonly jobId: JobId;
  readonly attemptId: TaskAttemptId;
  /** Number of the task among those of its kind, from 0: the partition of a reduce, and the number in `part-r-00000`. */
  readonly partition: number;
  readonly numMaps: number;
  readonly numReduces: number;
  /** Attempt number of the application, from 1: names the job attempt folder of the output committer. */
  readonly amAttempt: number;
}

export interface MapTaskSpec extends TaskSpecBase {
  readonly type: 'MAP';
  readonly split: InputSplit;
}

export interface ReduceTaskSpec extends TaskSpecBase {
  readonly type: 'REDUCE';
}

/** Plain JSON: the answer of the umbilical's `getTask` carries it as it stands. */
export type TaskSpec = MapTaskSpec | ReduceTaskSpec;

/** What a task asks of the process around it. Calls with a promise are messages to the AM; the others return at once. */
export interface TaskEnv {
  readonly clock: Clock;
  /** The job's properties (`job.json`), Hadoop's names. */
  readonly conf: Readonly<Record<string, string>>;
  /** Memory of the container, MiB; buffers are refused that do not fit in it. */
  readonly memoryMb: number;
  /**
   * The application's folders on this node's disks, absolute (the NM's `LOCAL_DIRS`). Map output becomes
   * `<one of them>/output/<attempt>/file.out`; scratch files of an attempt lie in the same folder.
   */
  readonly localDirs: readonly string[];
  /** The thread's: the task takes its memory there, once. */
  readonly slab: ThreadSlab;
  /** Made by the caller (`TaskProgress.create()`), which may read it from another thread at any time. */
  readonly progress: TaskProgress;
  /** Key of `UrlHash` and `ReplyHash`; not read by maps. */
  readonly shuffleSecret: Uint8Array;
  /**
   * `host:port` of the shuffle server that serves `localDirs`, if known: outputs announced under it are opened as files.
   * Outputs announced with an empty address (maps that ran in the AM's container) are always opened as files.
   */
  readonly localShuffleAddress?: string;
  /** Umbilical `getMapCompletionEvents`: events from index `from` on, at least one; held by the AM until there is one. */
  mapCompletionEvents(from: number, max: number): Promise<readonly TaskAttemptCompletionEvent[]>;
  /** A map output that could not be fetched; goes to the AM with the next status update (`failedFetchTasks`). */
  reportFetchFailure(map: TaskAttemptId): void;
  /**
   * Umbilical `commitPending`, then `canCommit`: resolves when the AM grants the commit, and only then. Rejects when the AM
   * refuses for good or cannot be asked; the task then discards its output. Called once, only if there is output to commit.
   */
  awaitCommitPermission(): Promise<void>;
  /** One line for the attempt's syslog; no newline at its end. */
  log(line: string): void;
}

/** What a finished task leaves, beside its counters in `env.progress`. */
export interface TaskResult {
  /** Bytes of map output (materialized), or of final output; `outputSize` of Hadoop's TaskStatus. */
  readonly outputBytes: number;
}

/** One reading of a task's progress; the fields of Hadoop's TaskStatus that the task itself knows. */
export interface TaskSnapshot {
  readonly phase: Phase;
  /** Fraction 0..1 over the whole task, phases weighted as in Hadoop. */
  readonly progress: number;
  /** Text the user code set last; at most 1024 bytes. */
  readonly stateString: string;
  readonly counters: CounterGroups;
  /**
   * Changes whenever the task does something: reads a record, gets a byte, sets its status. A reader that finds it as it was
   * knows that no progress was made in between.
   */
  readonly liveness: number;
  /** Wall clock, ms since 1970; 0 until the job's code was loaded. */
  readonly loadTimeMs: number;
  /** Wall clock, ms since 1970; 0 until the phase ended. */
  readonly mapFinishTimeMs: number;
  readonly shuffleFinishTimeMs: number;
  readonly sortFinishTimeMs: number;
}
