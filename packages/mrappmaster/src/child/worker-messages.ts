/**
 * What the two threads of a task's process say to each other. The main thread holds the umbilical; the worker carries out one
 * attempt and knows the outside only by these messages. Progress and counters are not here: they lie in shared memory.
 */
import type { TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';

/** The attempt that a worker is to carry out next. */
export interface WorkerStart {
  readonly spec: TaskSpec;
  /** The job's properties. */
  readonly conf: Readonly<Record<string, string>>;
  /** The bundled job file, absolute. */
  readonly jobFile: string;
  /** Memory of the container, MiB. */
  readonly memoryMb: number;
  readonly localDirs: readonly string[];
  /** Buffer of the attempt's TaskProgress. */
  readonly progress: SharedArrayBuffer;
  readonly shuffleSecret: Uint8Array;
  readonly localShuffleAddress?: string;
  /** Files for what the attempt writes, made when first written to. */
  readonly stdout: string;
  readonly stderr: string;
  readonly syslog: string;
  /** Whether the thread may take a further attempt, if this one leaves it as it was. */
  readonly mayStay: boolean;
  /** Room for the largest task of this thread in its slab. */
  readonly slabBytes: number;
}

/** Why an attempt failed, in the words its user is to read. */
export interface AttemptFailure {
  /** `fsError` where a local disk failed, as in Hadoop. */
  readonly report: 'fatalError' | 'fsError';
  readonly text: string;
}

export type FromWorker =
  | { readonly type: 'COMPLETION_EVENTS'; readonly id: number; readonly from: number; readonly max: number }
  | { readonly type: 'COMMIT_PERMISSION'; readonly id: number }
  | { readonly type: 'FETCH_FAILURE'; readonly map: TaskAttemptId }
  /** The job is loaded; its code runs from now on. */
  | { readonly type: 'RUNNING' }
  /** User code is about to end the thread. `at` is where in its source. */
  | { readonly type: 'EXIT_CALLED'; readonly code: string; readonly at: string }
  /** `cleanedUp`: the runtime saw the failure pass and has discarded the attempt's output. */
  | { readonly type: 'FAILED'; readonly failure: AttemptFailure; readonly cleanedUp: boolean }
  /** The attempt's work is done and committed. Heap committed at the end, and time spent collecting garbage. */
  | { readonly type: 'DONE'; readonly heapBytes: number; readonly gcMs: number }
  /** Follows DONE. `trace`: what the attempt has left behind, by its name; absent where the thread is as it was and waits for another. */
  | { readonly type: 'LEFT'; readonly trace?: string };

/** The answer to a message with an id. */
export interface ToWorker {
  readonly id: number;
  readonly error?: string;
  readonly events?: readonly TaskAttemptCompletionEvent[];
}
