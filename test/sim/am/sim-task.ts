/**
 * simTask: a task's process. Everything that talks to the AM is the production child (UmbilicalClient, YarnChild: getTask, statusUpdate,
 * commitPending, canCommit, the way to the next AM attempt); only the work of an attempt is a script (SimAttempt).
 */
import {
  locateAppMaster,
  memoryOf,
  readChildEnvironment,
  UmbilicalClient,
  YarnChild,
  type ChildEnvironment,
} from '@bobbin/mrappmaster';
import type { Disk } from '../disk.js';
import type { ContainerProcess, Executable } from '../nodes/sim-node.js';
import { SimFileSystem } from '../sim-file-system.js';
import { SimAttempt, type AttemptWatcher } from './sim-attempt.js';
import { simWires } from './sim-wires.js';

export interface SimTaskOptions {
  /** The file system that all machines share. */
  readonly shared: Disk;
  /** Told of every attempt that begins; for checkers. */
  readonly watcher?: AttemptWatcher;
}

const BAD_START = 1;

export function simTask(options: SimTaskOptions): Executable {
  return (container) => {
    const words = container.command.split(/\s+/);
    const at = words.indexOf('task.cjs');
    runSimTask(container, words.slice(at + 1, at + 4), options);
  };
}

/** `args` as in `task.cjs <am host> <am port> <container id>`. */
export function runSimTask(container: ContainerProcess, args: readonly string[], options: SimTaskOptions): void {
  const { process, node, workDir, environment } = container;
  const { clock, random, log } = process;
  const read = (path: string): Buffer => {
    process.check();
    return node.disk.read(path.startsWith('/') ? path : `${workDir}/${path}`);
  };
  let child: ChildEnvironment;
  try {
    child = readChildEnvironment(args, environment, read);
  } catch (error) {
    log.info('a task cannot start', { error });
    process.exit(BAD_START);
    return;
  }
  const fs = new SimFileSystem(process, options.shared);
  const line = (text: string): void => log.info(text);
  const umbilical = new UmbilicalClient({
    clock,
    random,
    containerId: child.containerId,
    jobToken: child.jobToken,
    locate: () => locateAppMaster(child, () => fs),
    connectionWaitMs: child.appMasterWaitMs,
    wires: simWires(process),
    log: line,
  });
  const yarnChild = new YarnChild({
    clock,
    umbilical,
    pid: process.pid,
    reportIntervalMs: child.reportIntervalMs,
    localWriteLimitBytes: -1,
    begin: (spec, progress, calls) =>
      new SimAttempt({ spec, progress, calls, container, child, fs, watcher: options.watcher }),
    usage: () => ({ addTo: (counters) => counters, ended: () => undefined }),
    memoryOf: (type) => memoryOf(type, child.conf),
    heldBytes: () => 0,
    discardOutput: () => Promise.resolve(),
    stack: () => Promise.resolve(['at simulated code']),
    log: line,
  });
  container.onSignal('QUIT', () => void yarnChild.tellStack());
  yarnChild.run().then(
    (end) => (end === 'KILL' ? process.kill() : process.exit(end)),
    (error: unknown) => {
      process.threw(error);
    },
  );
}
