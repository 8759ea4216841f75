/**
 * reacquireContainer: follows a container that an earlier NodeManager started, by its process and the files its wrapper writes. Hadoop:
 * ContainerExecutor.reacquireContainer. It has no parent here: it is looked at when its wrapper writes, which is its last act,
 * and each second, for a wrapper may be killed with its container.
 */
import { ContainerExitStatus, type Clock, type ProcessIdentity } from '@bobbin/common';
import type { RunningContainer } from './container-executor.js';
import { ContainerLaunchError } from './errors.js';

/** How often a container without a parent is looked at, whatever its files tell. */
const REACQUIRE_POLL_MS = 1000;
const FILE_POLL_MS = 100;

export interface ReacquireDeps {
  readonly clock: Clock;
  /** How long the pid file of a container that is taken back, and the exit code file of one that is gone, may take to show. */
  readonly exitCodeFileTimeoutMs: number;
  /** What a file of the wrapper holds now; empty where it is not there. */
  readonly read: (file: string) => Promise<string>;
  /** Calls back when a file beside this one comes or changes, until what it gives is called. Without it the looks must do. */
  readonly watch?: (file: string, onChange: () => void) => () => void;
  readonly isAlive: (process: ProcessIdentity) => boolean;
  /** The process that has this pid now. */
  readonly identify: (pid: number) => ProcessIdentity;
}

/** As ContainerExecutor.reacquire. */
export function reacquireContainer(
  deps: ReacquireDeps,
  pidFile: string,
  identity: ProcessIdentity | undefined,
): RunningContainer {
  const container = new ReacquiredContainer(deps, pidFile);
  const started = container.identity(identity);
  started.catch(() => undefined);
  const exited = started
    .then(
      (process) => container.exitCode(process),
      () => ContainerExitStatus.ABORTED,
    )
    .finally(() => container.close());
  return { started, exited };
}

class ReacquiredContainer {
  private wake = (): void => undefined;
  /** Ends the watch of the wrapper's files. */
  readonly close: () => void;

  constructor(
    private readonly deps: ReacquireDeps,
    private readonly pidFile: string,
  ) {
    this.close = deps.watch?.(pidFile, () => this.wake()) ?? ((): void => undefined);
  }

  async identity(known: ProcessIdentity | undefined): Promise<ProcessIdentity> {
    if (known) return known;
    // The earlier NodeManager may have ended between the start of the wrapper and the moment it writes the file.
    const pid = await this.numberIn(this.pidFile);
    if (pid === undefined) {
      // It was to be started, and was not: that is nobody's failure, and an AM does not count it as one.
      const why = `the NodeManager ended before it had started this container: '${this.pidFile}' holds no pid`;
      throw new ContainerLaunchError(why, ContainerExitStatus.ABORTED);
    }
    return this.deps.identify(pid);
  }

  async exitCode(process: ProcessIdentity): Promise<number> {
    while (this.deps.isAlive(process)) await this.pause(REACQUIRE_POLL_MS);
    return (await this.numberIn(`${this.pidFile}.exitcode`)) ?? ContainerExitStatus.LOST;
  }

  /** What a wrapper has written, or is about to write; undefined where nothing comes in time. */
  private async numberIn(file: string): Promise<number | undefined> {
    const { clock, exitCodeFileTimeoutMs, read } = this.deps;
    const deadline = clock.monotonic() + exitCodeFileTimeoutMs;
    for (;;) {
      // Whole with its newline.
      const [, number] = /^(\d+)\n$/.exec(await read(file)) ?? [];
      if (number !== undefined) return Number(number);
      if (clock.monotonic() >= deadline) return undefined;
      await this.pause(Math.min(FILE_POLL_MS, exitCodeFileTimeoutMs));
    }
  }

  /** So long, or until one of the wrapper's files has changed. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.deps.clock.after(ms, resolve);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
