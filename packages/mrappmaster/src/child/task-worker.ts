/**
 * TaskWorker: one attempt, in a thread of its own. Everything of the user runs here and nowhere else, so it can neither stop a
 * heartbeat nor leave anything behind for the next task. Hadoop: the task's own thread in YarnChild. The thread may have been
 * started before the attempt was known; nothing of the user's is loaded until it is.
 * Runs to its end or to the first error, whatever its source, and tells the main thread which; an end that tells nothing (heap
 * exhausted, process.exit) is recognised there.
 */
import { createRequire } from 'node:module';
import { PerformanceObserver } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { systemClock, type TaskAttemptCompletionEvent } from '@bobbin/common';
import { validateJob, type Job } from '@bobbin/mapreduce';
import { localizedProperties, runTask, TaskProgress, type TaskEnv } from '@bobbin/mapreduce/runtime';
import { keepCode } from '../code-cache/keep-code.js';
import { failureOf, stackOf, uncaughtOf } from './failure-text.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.js';
import { LogFile, redirect, syslogTo } from './worker-output.js';

/** The thread's whole life. `ourFile` is the bundle this thread runs. Resolves when the outcome has been told. */
export async function runTaskWorker(ourFile: string): Promise<void> {
  process.setSourceMapsEnabled(true);
  const gc = new GarbageCollections();
  const main = new MainThread();
  const start = await main.start;
  redirect('stdout', new LogFile(start.stdout));
  redirect('stderr', new LogFile(start.stderr));
  watchForStrays(main, ourFile);
  try {
    const job = loadJob(start.jobFile);
    main.tell({ type: 'RUNNING' });
    const env = main.envOf(start);
    env.progress.setLoadTime(systemClock.now());
    await runTask(start.spec, job, env);
    keepCode();
    main.tell({ type: 'DONE', heapBytes: process.memoryUsage().heapTotal, gcMs: await gc.totalMs() });
  } catch (error) {
    main.tell({ type: 'FAILED', failure: failureOf(error, ourFile), cleanedUp: true });
  }
}

/** The user's module runs here for the first time in this thread: module variables are the task's own. */
function loadJob(jobFile: string): Job {
  const exported = createRequire(jobFile)(jobFile) as { readonly default?: unknown };
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

  /** What this thread is for. */
  readonly start = new Promise<WorkerStart>((resolve) => {
    this.port.once('message', (start: WorkerStart) => {
      this.port.on('message', (answer: ToWorker) => this.answered(answer));
      this.port.unref();
      resolve(start);
    });
  });

  private answered(answer: ToWorker): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
    // The port keeps the thread alive only while something is asked.
    if (this.waiting.size === 0) this.port.unref();
  }

  tell(message: FromWorker): void {
    this.port.postMessage(message);
  }

  envOf(start: WorkerStart): TaskEnv {
    return {
      clock: systemClock,
      conf: { ...start.conf, ...localizedProperties(start.spec) },
      memoryMb: start.memoryMb,
      localDirs: start.localDirs,
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
      log: syslogTo(new LogFile(start.syslog), systemClock),
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
