/**
 * DefaultContainerExecutor: containers as processes of the NodeManager's own user, each a process group of its own.
 * Hadoop: nodemanager.DefaultContainerExecutor with its default_container_executor{,_session}.sh. Both scripts are one function of
 * bash here (container-starter.ts). A wrapper is outside the container's group, and in no session of the NodeManager's: a Ctrl-C there reaches
 * neither, and a KILL to the group leaves the wrapper to write the exit code and to clear what the leader left running.
 */
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive, processIdentity, signalProcess, type Clock, type ProcessIdentity } from '@bobbin/common';
import type { ContainerExecutor, ContainerSignal, LaunchRequest, RunningContainer } from './container-executor.js';
import { ContainerStarter, identify } from './container-starter.js';
import { reacquireContainer } from './reacquired-container.js';

export interface DefaultContainerExecutorOptions {
  readonly clock: Clock;
  /** All the environment that containers start with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whose containers they are, for who reads a list of processes. */
  readonly owner: string;
  /** How long the pid file of a container that is taken back, and the exit code file of one that is gone, may take to show. */
  readonly exitCodeFileTimeoutMs: number;
}

export class DefaultContainerExecutor implements ContainerExecutor {
  private readonly starter: ContainerStarter;

  constructor(private readonly options: DefaultContainerExecutorOptions) {
    const reacquire = (pidFile: string, identity: ProcessIdentity | undefined) => this.reacquire(pidFile, identity);
    this.starter = new ContainerStarter({ ...options, reacquire });
  }

  launch(request: LaunchRequest): RunningContainer {
    return this.starter.launch(request);
  }

  reacquire(pidFile: string, identity: ProcessIdentity | undefined): RunningContainer {
    const read = (file: string): Promise<string> => readFile(file, 'latin1').catch(() => '');
    return reacquireContainer({ ...this.options, read, watch: watchBeside, isAlive, identify }, pidFile, identity);
  }

  signal(target: ProcessIdentity, signal: ContainerSignal): boolean {
    // A pid that started at another time belongs to somebody else by now; its group may outlive a leader that is gone.
    const leader = processIdentity(target.pid);
    if (leader && target.startTicks > 0 && leader.startTicks !== target.startTicks) return false;
    return signalProcess(target.pid, `SIG${signal}`, true);
  }

  /** Starts nothing any more; containers run on. Safe to call twice. */
  close(): Promise<void> {
    return this.starter.close();
  }
}

function watchBeside(file: string, onChange: () => void): () => void {
  try {
    const watcher = watch(dirname(file), { persistent: false }, onChange);
    watcher.on('error', () => undefined);
    return () => watcher.close();
  } catch {
    // The folder is gone, or the machine has no watches left.
    return () => undefined;
  }
}
