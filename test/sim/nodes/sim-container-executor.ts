/**
 * SimContainerExecutor: containers as processes of a SimNode. The way back to a container that an earlier NodeManager started is the
 * production one (reacquireContainer); only the process table and the wrapper's files are simulated.
 */
import { basename } from 'node:path';
import type { ProcessIdentity } from '@bobbin/common';
import {
  reacquireContainer,
  type ContainerExecutor,
  type ContainerSignal,
  type LaunchRequest,
  type RunningContainer,
} from '@bobbin/nodemanager';
import type { SimProcess } from '../machine.js';
import type { ContainerListener, SimNode } from './sim-node.js';

export class SimContainerExecutor implements ContainerExecutor {
  constructor(
    private readonly node: SimNode,
    private readonly daemon: SimProcess,
    private readonly exitCodeFileTimeoutMs: number,
  ) {}

  launch({ scriptPath, workDir, pidFile }: LaunchRequest): RunningContainer {
    const { node, daemon } = this;
    daemon.point('spawn container');
    const name = basename(workDir);
    const ears: { -readonly [K in keyof ContainerListener]?: ContainerListener[K] } = {};
    const started = new Promise<ProcessIdentity>((resolve) => (ears.started = resolve));
    const exited = new Promise<number>((resolve) => (ears.exited = resolve));
    node.launch({ name, scriptPath, workDir, pidFile }, daemon, ears as ContainerListener);
    daemon.point('after spawn container');
    return { started, exited };
  }

  reacquire(pidFile: string, identity: ProcessIdentity | undefined): RunningContainer {
    const { node, daemon, exitCodeFileTimeoutMs } = this;
    const read = (file: string): Promise<string> =>
      daemon.io('read a file of a wrapper', () => (node.disk.exists(file) ? node.disk.read(file).toString() : ''));
    const isAlive = (process: ProcessIdentity): boolean => node.isAlive(process);
    const identify = (pid: number): ProcessIdentity => node.identify(pid);
    return reacquireContainer(
      { clock: daemon.clock, exitCodeFileTimeoutMs, read, isAlive, identify },
      pidFile,
      identity,
    );
  }

  signal(target: ProcessIdentity, signal: ContainerSignal): boolean {
    this.daemon.point(`signal ${signal}`);
    return this.node.signal(target, signal);
  }
}
