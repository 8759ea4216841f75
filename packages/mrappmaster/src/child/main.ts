/**
 * Entry of `task.cjs`: the process of a task container, `task.cjs <am host> <am port> <container id>`. The same file is the main
 * thread (YarnChild) and the worker of each attempt (TaskWorker). Only what both need is loaded: a container starts in tens of
 * milliseconds.
 */
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isMainThread, MessageChannel } from 'node:worker_threads';
import { delay, systemClock, systemRandom } from '@bobbin/common';
import { abortTask, messageOf, offHeapBytes, type TaskSpec } from '@bobbin/mapreduce/runtime';
import { UmbilicalClient } from '../umbilical/umbilical-client.js';
import type { AttemptSettings } from './attempt-runner.js';
import type { ProcessEnd } from './exit.js';
import { memoryOf, readChildEnvironment, type ChildEnvironment } from './child-environment.js';
import { planMemory } from './memory-plan.js';
import { stackDump } from './stack-dump.js';
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

function workerStart(environment: ChildEnvironment, spec: TaskSpec, progress: SharedArrayBuffer): WorkerStart {
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
  };
}

function attemptSettings({ conf }: ChildEnvironment, { type }: TaskSpec): AttemptSettings {
  const { key, memoryMb } = memoryOf(type, conf);
  const offHeapMb = offHeapBytes(type, conf, memoryMb) / MIB;
  return {
    ourFile,
    memory: planMemory(memoryMb, offHeapMb),
    containerMb: memoryMb,
    memoryKey: key,
    clock: systemClock,
  };
}

function main(): Promise<ProcessEnd> {
  const environment = readChildEnvironment(process.argv.slice(2), process.env);
  const { amHost: host, amPort: port, containerId, jobToken, conf, localDirs } = environment;
  const umbilical = new UmbilicalClient({
    clock: systemClock,
    random: systemRandom,
    containerId,
    jobToken,
    locate: () => ({ host, port }),
    connectionWaitMs: environment.appMasterWaitMs,
    log,
  });
  const child = new YarnChild({
    clock: systemClock,
    umbilical,
    pid: process.pid,
    reportIntervalMs: environment.reportIntervalMs,
    localWriteLimitBytes: environment.localWriteLimitBytes,
    workerStart: (spec, progress) => workerStart(environment, spec, progress.buffer),
    attemptSettings: (spec) => attemptSettings(environment, spec),
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
  // Timers of ours do not keep a process alive; while a connection is awaited nothing else would.
  const { port1: keepAlive } = new MessageChannel();
  keepAlive.on('message', () => undefined);
  void Promise.resolve()
    .then(main)
    .then(
      (end) => (end === 'KILL' ? process.kill(process.pid, 'SIGKILL') : process.exit(end)),
      (error: unknown) => {
        log(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
        process.exit(BAD_START);
      },
    );
} else {
  void runTaskWorker(ourFile);
}
