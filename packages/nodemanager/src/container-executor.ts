/**
 * ContainerExecutor: how this node starts, signals and takes back the processes of containers.
 * Hadoop: nodemanager.ContainerExecutor. Implemented by DefaultContainerExecutor; one that runs containers as their users, or
 * in cgroups, fits behind the same interface. A container is one process group; its wrapper lies outside the group, writes
 * pid and exit code to files, and so outlives a NodeManager that dies.
 */

import type { ProcessIdentity } from '@bobbin/common';

/** Signals as their names; the executor sends them to the whole group. */
export type ContainerSignal = 'QUIT' | 'TERM' | 'KILL' | 'STOP' | 'CONT';

export interface LaunchRequest {
  /** The launch script, run by bash. */
  readonly scriptPath: string;
  readonly workDir: string;
  /** Written once the process is there; `<pidFile>.exitcode` when it has ended. */
  readonly pidFile: string;
}

export interface RunningContainer {
  /** Leader of the process group; rejects with ContainerLaunchError where no process could be started. */
  readonly started: Promise<ProcessIdentity>;
  /** Exit code as a shell gives it, 128 + n after signal n. By then no process of the group is left. */
  readonly exited: Promise<number>;
}

export interface ContainerExecutor {
  launch(request: LaunchRequest): RunningContainer;
  /**
   * Takes back a container that an earlier NodeManager started: watches the process and reads its exit code file.
   * `exited` gives ContainerExitStatus.LOST (154) where no exit code turns up; `started` rejects with ABORTED (-100) where no process was
   * started.
   */
  reacquire(pidFile: string, identity: ProcessIdentity | undefined): RunningContainer;
  /** Sends a signal to the group; false where there is none any more. */
  signal(process: ProcessIdentity, signal: ContainerSignal): boolean;
}
