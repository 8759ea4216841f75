/**
 * Entry of `task.cjs`: the process of a task container, `task.cjs <am host> <am port> <container id>`. The same file is the main
 * thread (YarnChild) and the worker of each attempt (TaskWorker). Only what both need is loaded: a container starts in tens of
 * milliseconds.
 */
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isMainThread, MessageChannel } from 'node:worker_threads';
import { delay, getFileSystem, processStartMs, systemClock, systemRandom, type TaskType } from '@bobbin/common';
import { abortTask, messageOf, offHeapBytes, type TaskSpec } from '@bobbin/mapreduce/runtime';
import { locateAppMaster } from '../umbilical/app-master-address.js';
import { UmbilicalClient } from '../umbilical/umbilical-client.js';
import { areToldByParent, toldArguments } from './arguments.js';
import { AttemptRunner, type AttemptSettings } from './attempt-runner.js';
import { AttemptUsage } from './attempt-usage.js';
import { keepCode } from '../code-cache/keep-code.js';
import type { ProcessEnd } from './exit.js';
import {
  appMasterMemoryMb,
  memoryOf,
  readChildEnvironment,
  readJobProperties,
  type ChildEnvironment,
  type JobProperties,
} from './child-environment.js';
import { planMemory, planUber, type MemoryNeeds, type MemoryPlan } from './memory-plan.js';
import { kindsAhead } from './next-task.js';
import { heldBytes } from './proc-self.js';
import { stackDump } from './stack-dump.js';
import { TaskThreads } from './task-threads.js';
import { runTaskWorker } from './task-worker.js';
import type { WorkerStart } from './worker-messages.js';
import { YarnChild } from './yarn-child.js';

/** The environment or the arguments are unusable; nothing was asked of the AM. */
const BAD_START = 1;
const MIB = 1 << 20;
const STACK_TIMEOUT_MS = 5000;
/** A NodeManager sends SIGKILL a quarter of a second after SIGTERM. */
const SIGTERM_PATIENCE_MS = 200;

const ourFile = realpathSync(process.argv[1] ?? '');

function log(line: string): void {
  process.stderr.write(`${new Date(systemClock.now()).toISOString()} ${line}\n`);
}

function workerStart(
  environment: ChildEnvironment,
  spec: TaskSpec,
  plan: MemoryPlan,
  progress: SharedArrayBuffer,
): WorkerStart {
  const { conf, localDirs, logDir, jobToken, localShuffleAddress } = environment;
  const file = (name: string): string => join(logDir, `${spec.attemptId}.${name}`);
  return {
    spec,
    conf,
    jobFile: resolve('job.cjs'),
    memoryMb: memoryOf(spec.type, conf).memoryMb,
    localDirs,
    progress,
    shuffleSecret: jobToken,
    ...(localShuffleAddress !== undefined && { localShuffleAddress }),
    stdout: file('stdout'),
    stderr: file('stderr'),
    syslog: file('syslog'),
    slabBytes: plan.slabMb * MIB,
    mayStay: environment.isReused && environment.isThreadShared,
  };
}

type Plans = Readonly<Record<TaskType, MemoryPlan>>;

function memoryPlans(conf: JobProperties, isUber: boolean): Plans {
  const needs = { MAP: memoryNeeds('MAP', conf), REDUCE: memoryNeeds('REDUCE', conf) };
  if (isUber) return planUber(needs, appMasterMemoryMb(conf));
  return { MAP: planMemory(needs.MAP), REDUCE: planMemory(needs.REDUCE) };
}

function memoryNeeds(type: TaskType, conf: JobProperties): MemoryNeeds {
  const { memoryMb } = memoryOf(type, conf);
  return { containerMb: memoryMb, offHeapMb: offHeapBytes(type, conf, memoryMb) / MIB };
}

function attemptSettings(
  environment: ChildEnvironment,
  spec: TaskSpec,
  threads: TaskThreads,
  plans: Plans,
): AttemptSettings {
  const { key, memoryMb } = memoryOf(spec.type, environment.conf);
  return {
    threads,
    memory: plans[spec.type],
    containerMb: memoryMb,
    memoryKey: key,
    clock: systemClock,
    prepareNext: () => {
      if (!environment.isReused) return;
      for (const type of kindsAhead(spec)) threads.prepare(type, plans[type]);
    },
    log,
  };
}

async function main(): Promise<ProcessEnd> {
  const threads = new TaskThreads(ourFile, systemClock);
  let args: readonly string[] = process.argv.slice(2);
  const isUber = areToldByParent(args);
  if (isUber) {
    // A map comes first, if there is any.
    threads.prepare('MAP', memoryPlans(readJobProperties(), isUber).MAP);
    args = await toldArguments(args, process);
  }
  const environment = readChildEnvironment(args, process.env);
  const { containerId, jobToken, conf, localDirs } = environment;
  const umbilical = new UmbilicalClient({
    clock: systemClock,
    random: systemRandom,
    containerId,
    jobToken,
    locate: () => locateAppMaster(environment, getFileSystem),
    connectionWaitMs: environment.appMasterWaitMs,
    log,
  });
  const { firstTaskType } = environment;
  const plans = memoryPlans(conf, isUber);
  threads.prepare(firstTaskType, plans[firstTaskType]);
  const child = new YarnChild({
    clock: systemClock,
    umbilical,
    pid: process.pid,
    processStartTimeMs: processStartMs(),
    reportIntervalMs: environment.reportIntervalMs,
    localWriteLimitBytes: environment.localWriteLimitBytes,
    begin: (spec, progress, calls) =>
      new AttemptRunner(
        workerStart(environment, spec, plans[spec.type], progress.buffer),
        attemptSettings(environment, spec, threads, plans),
        calls,
      ),
    usage: (type) => new AttemptUsage(type),
    memoryOf: (type) => memoryOf(type, conf),
    heldBytes,
    discardOutput: (spec) => abortTask(spec, { conf, localDirs, memoryMb: memoryOf(spec.type, conf).memoryMb, log }),
    stack: () => stackDump(realpathSync('job.cjs'), systemClock, STACK_TIMEOUT_MS),
    log,
  });
  answerSignals(child);
  return child.run();
}

/**
 * SIGQUIT asks for the stack, as of a JVM; an AM sends it half a second before it has a task that timed out stopped. A SIGTERM
 * that comes meanwhile waits a little for the stack to be told, then does what it always does.
 */
function answerSignals(child: YarnChild): void {
  let telling = Promise.resolve();
  process.on('SIGQUIT', () => {
    telling = child.tellStack();
  });
  // Of two signals that wait together the later one is seen first: a SIGQUIT may still be behind this SIGTERM.
  process.once('SIGTERM', () => {
    setImmediate(() => {
      const patience = delay(systemClock, SIGTERM_PATIENCE_MS);
      void Promise.race([telling, patience]).then(() => process.kill(process.pid, 'SIGTERM'));
    });
  });
}

if (isMainThread) {
  // The process of an uber job goes with its AM, which holds the other end of this channel.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Timers of ours do not keep a process alive; while a connection is awaited nothing else would.
  const { port1: keepAlive } = new MessageChannel();
  keepAlive.on('message', () => undefined);
  void Promise.resolve()
    .then(main)
    .then(
      (end) => {
        if (end === 'KILL') return process.kill(process.pid, 'SIGKILL');
        if (end === 0) keepCode();
        process.exit(end);
      },
      (error: unknown) => {
        log(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
        process.exit(BAD_START);
      },
    );
} else {
  void runTaskWorker(ourFile, process.env);
}
