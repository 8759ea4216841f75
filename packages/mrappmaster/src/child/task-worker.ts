/**
 * TaskWorker: attempts, one after another, in a thread of their own. Everything of the user runs here and nowhere else, so it can neither
 * stop a heartbeat nor leave anything behind for the next task: a thread that is not found as it was (ThreadBaseline) takes no other.
 * Hadoop: the task's own thread in YarnChild. The thread may have been started before an attempt was known; nothing of the user's is
 * loaded until it is.
 * An attempt runs to its end or to the first error, whatever its source, and the main thread is told which; an end that tells nothing
 * (heap exhausted, process.exit) is recognised there.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PerformanceObserver } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { systemClock, type TaskAttemptCompletionEvent } from '@bobbin/common';
import { validateJob, type Job } from '@bobbin/mapreduce';
import {
  localizedProperties,
  runTask,
  shareJobApi,
  TaskProgress,
  ThreadSlab,
  type TaskEnv,
} from '@bobbin/mapreduce/runtime';
import { keepCode } from '../code-cache/keep-code.js';
import { failureOf, stackOf, uncaughtOf } from './failure-text.js';
import { modulesOfSharedThread, ThreadBaseline } from './thread-baseline.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.js';
import { LogFile, redirect, syslogTo } from './worker-output.js';

/**
 * The thread's whole life. `ourFile` is the bundle this thread runs, `variables` is its `process.env`. Resolves when no further attempt may
 * run in it.
 */
export async function runTaskWorker(ourFile: string, variables: NodeJS.ProcessEnv): Promise<void> {
  process.setSourceMapsEnabled(true);
  shareJobApi();
  const main = new MainThread();
  watchForStrays(main, ourFile);
  const thread: Thread = { main, ourFile, variables, slab: undefined, baseline: undefined };
  while (await runAttempt(await main.nextStart(), thread));
}

interface Thread {
  readonly main: MainThread;
  readonly ourFile: string;
  readonly variables: NodeJS.ProcessEnv;
  slab: ThreadSlab | undefined;
  /** Absent until a job came whose tasks may share a thread. */
  baseline: ThreadBaseline | undefined;
}

/** True where the thread is as it was, and may take another. */
async function runAttempt(start: WorkerStart, thread: Thread): Promise<boolean> {
  const { main, ourFile } = thread;
  const gc = new GarbageCollections();
  thread.slab ??= new ThreadSlab(start.slabBytes);
  const logs = [new LogFile(start.stdout), new LogFile(start.stderr), new LogFile(start.syslog)] as const;
  const [stdout, stderr, syslog] = logs;
  redirect('stdout', stdout);
  redirect('stderr', stderr);
  const baseline = start.mayStay ? baselineFor(start.jobFile, thread) : undefined;
  try {
    const job = loadJob(start.jobFile);
    main.tell({ type: 'RUNNING' });
    const env = main.envOf(start, thread.slab, syslog);
    env.progress.setLoadTime(systemClock.now());
    await runTask(start.spec, job, env);
    keepCode();
    main.tell({ type: 'DONE', heapBytes: process.memoryUsage().heapTotal, gcMs: await gc.totalMs() });
  } catch (error) {
    main.tell({ type: 'FAILED', failure: failureOf(error, ourFile), cleanedUp: true });
    return false;
  }
  if (!start.mayStay) return false;
  // The main thread tells the AM meanwhile.
  main.forget();
  const trace = baseline ? await baseline.firstTrace() : 'perhaps something that nobody would find';
  main.tell({ type: 'LEFT', ...(trace !== undefined && { trace }) });
  if (trace !== undefined) return false;
  for (const log of logs) log.close();
  return true;
}

/** What the thread was like before any code of the job's ran in it; undefined where that would not tell enough. */
function baselineFor(jobFile: string, thread: Thread): ThreadBaseline | undefined {
  const modules = modulesOfSharedThread(readFileSync(jobFile, 'utf8'));
  if (modules) thread.baseline ??= new ThreadBaseline(modules, thread.variables);
  return thread.baseline;
}

/** The user's module runs anew for each attempt: module variables are the task's own. */
function loadJob(jobFile: string): Job {
  const require = createRequire(jobFile);
  const path = require.resolve(jobFile);
  delete require.cache[path];
  const exported = require(path) as { readonly default?: unknown };
  return validateJob(exported.default);
}

/** What ends the thread past the runtime's own catch. */
function watchForStrays(main: MainThread, ourFile: string): void {
  const stray = (kind: 'uncaught exception' | 'unhandled rejection') => (error: unknown) =>
    main.tell({ type: 'FAILED', failure: uncaughtOf(kind, error, ourFile), cleanedUp: false });
  process.on('uncaughtException', stray('uncaught exception'));
  process.on('unhandledRejection', stray('unhandled rejection'));
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const place = new Error('process.exit');
    const at = stackOf(place, ourFile).slice(1).join('\n');
    main.tell({ type: 'EXIT_CALLED', code: String(code ?? process.exitCode ?? 0), at });
    return exit(code);
  };
}

/** The worker's end of the messages to the thread that holds the umbilical. */
class MainThread {
  private readonly port = portOf();
  private readonly waiting = new Map<number, (answer: ToWorker) => void>();
  private nextId = 1;
  private begin: (start: WorkerStart) => void = () => undefined;

  constructor() {
    this.port.on('message', (message: ToWorker | WorkerStart) => {
      if ('spec' in message) this.begin(message);
      else this.answered(message);
    });
    this.port.unref();
  }

  /** What this thread is for next. */
  async nextStart(): Promise<WorkerStart> {
    this.port.ref();
    const start = await new Promise<WorkerStart>((resolve) => (this.begin = resolve));
    this.port.unref();
    return start;
  }

  private answered(answer: ToWorker): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
    // The port keeps the thread alive only while something is asked.
    if (this.waiting.size === 0) this.port.unref();
  }

  /** No answer is awaited any more. */
  forget(): void {
    this.waiting.clear();
    this.port.unref();
  }

  tell(message: FromWorker): void {
    this.port.postMessage(message);
  }

  envOf(start: WorkerStart, slab: ThreadSlab, syslog: LogFile): TaskEnv {
    return {
      clock: systemClock,
      conf: { ...start.conf, ...localizedProperties(start.spec) },
      memoryMb: start.memoryMb,
      localDirs: start.localDirs,
      slab,
      progress: TaskProgress.attach(start.progress),
      shuffleSecret: start.shuffleSecret,
      ...(start.localShuffleAddress !== undefined && { localShuffleAddress: start.localShuffleAddress }),
      mapCompletionEvents: async (from, max): Promise<readonly TaskAttemptCompletionEvent[]> => {
        const answer = await this.ask((id) => ({ type: 'COMPLETION_EVENTS', id, from, max }));
        return answer.events ?? [];
      },
      reportFetchFailure: (map) => this.tell({ type: 'FETCH_FAILURE', map }),
      awaitCommitPermission: async () => {
        await this.ask((id) => ({ type: 'COMMIT_PERMISSION', id }));
      },
      log: syslogTo(syslog, systemClock),
    };
  }

  private ask(message: (id: number) => FromWorker): Promise<ToWorker> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) =>
        answer.error === undefined ? resolve(answer) : reject(new Error(answer.error)),
      );
      this.port.ref();
      this.tell(message(id));
    });
  }
}

/** Sums the time V8 spends collecting. Entries wait for the event loop; `totalMs` lets it run once. */
class GarbageCollections {
  private sumMs = 0;
  private readonly observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.sumMs += entry.duration;
  });

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  async totalMs(): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    this.observer.disconnect();
    return this.sumMs;
  }
}

function portOf(): NonNullable<typeof parentPort> {
  if (!parentPort) throw new Error('a task worker runs only in a worker thread');
  return parentPort;
}
