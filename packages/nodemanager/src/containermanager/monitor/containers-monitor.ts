/**
 * ContainersMonitor: looks at what the processes of containers use and kills those beyond their limit. Hadoop:
 * nodemanager.containermanager.monitor.ContainersMonitorImpl, NodeResourceMonitorImpl. Handles the `monitor` domain; sends
 * KILL_CONTAINER with -104 or -103. The page cache does not count (`proc.ts`). With no container it looks at nothing.
 */
import {
  assertNever,
  ContainerExitStatus,
  every,
  type ContainerId,
  type Logger,
  type Resource,
  type ResourceUtilization,
  type Service,
  type Timer,
} from '@bobbin/common';
import type { NMContext } from '../../nm-context.js';
import type { MonitorEvent } from '../../nm-events.js';
import { isOverLimit, overLimitMessage, type ProcessLine } from './memory-rules.js';
import { TICKS_PER_SECOND, treeOf, type ProcessStat } from './proc.js';

const MIB = 1024 * 1024;

/** The machine as the monitor sees it. */
export interface ProcessSource {
  processes(): readonly ProcessStat[];
  residentBytes(pid: number): number;
  commandLine(pid: number): string;
  /** The whole of it: memory in use now; time of all cores since boot, and the busy part of it. */
  machine(): {
    readonly usedBytes: number;
    readonly cores: number;
    readonly totalMs: number;
    readonly busyMs: number;
  };
}

export interface ContainersMonitorDeps {
  readonly context: NMContext;
  readonly intervalMs: number;
  readonly pmemCheckEnabled: boolean;
  readonly vmemCheckEnabled: boolean;
  readonly vmemPmemRatio: number;
  readonly source: ProcessSource;
}

interface Watched {
  resource: Resource;
  /** `pid/start` of the processes seen at the last look. */
  seen: ReadonlySet<string>;
  cpuTicks: number;
}

const IDLE: ResourceUtilization = { physicalMb: 0, virtualMb: 0, cpu: 0 };

export class ContainersMonitor implements Service {
  readonly name = 'ContainersMonitor';
  private readonly watched = new Map<ContainerId, Watched>();
  private readonly source: ProcessSource;
  private readonly log: Logger;
  private timer: Timer | undefined;
  private lookedAtMs: number;
  private containers = IDLE;
  private nodeCpu = { busyMs: 0, totalMs: 0, cores: 0 };

  constructor(private readonly deps: ContainersMonitorDeps) {
    this.source = deps.source;
    this.log = deps.context.log.child({ service: this.name });
    this.lookedAtMs = deps.context.clock.monotonic();
  }

  start(): void {
    this.timer = every(this.deps.context.clock, this.deps.intervalMs, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  handle(event: MonitorEvent): void {
    switch (event.type) {
      case 'START_MONITORING_CONTAINER': {
        const known = this.watched.get(event.containerId);
        if (known) known.resource = event.resource;
        else this.watched.set(event.containerId, { resource: event.resource, seen: new Set(), cpuTicks: 0 });
        return;
      }
      case 'STOP_MONITORING_CONTAINER':
        this.watched.delete(event.containerId);
        if (this.watched.size === 0) this.containers = IDLE;
        return;
      default:
        assertNever(event, 'event of the monitor');
    }
  }

  /** What all containers used at the last look. */
  containersUtilization(): ResourceUtilization {
    return this.containers;
  }

  /** What the machine uses now; CPU since the last call. */
  nodeUtilization(): ResourceUtilization {
    const { usedBytes, cores, totalMs, busyMs } = this.source.machine();
    const usedMb = Math.floor(usedBytes / MIB);
    const passedMs = totalMs - this.nodeCpu.totalMs;
    const share = passedMs > 0 ? (busyMs - this.nodeCpu.busyMs) / passedMs : 0;
    this.nodeCpu = { busyMs, totalMs, cores: passedMs > 0 ? share * cores : this.nodeCpu.cores };
    return { physicalMb: usedMb, virtualMb: usedMb, cpu: this.nodeCpu.cores };
  }

  /** One look at every container; called by the timer. */
  look(): void {
    const now = this.deps.context.clock.monotonic();
    const passedSeconds = Math.max(0.001, (now - this.lookedAtMs) / 1000);
    this.lookedAtMs = now;
    if (this.watched.size === 0) return;
    const processes = this.source.processes();
    let physicalBytes = 0;
    let virtualBytes = 0;
    let cores = 0;
    for (const [containerId, watched] of this.watched) {
      const process = this.deps.context.containers.get(containerId)?.process;
      if (!process) continue;
      const tree = treeOf(process.pid, processes).map((stat) => ({ stat, bytes: this.source.residentBytes(stat.pid) }));
      const ticks = tree.reduce((sum, { stat }) => sum + stat.userTicks + stat.systemTicks, 0);
      physicalBytes += tree.reduce((sum, { bytes }) => sum + bytes, 0);
      virtualBytes += tree.reduce((sum, { stat }) => sum + stat.virtualBytes, 0);
      cores += Math.max(0, ticks - watched.cpuTicks) / TICKS_PER_SECOND / passedSeconds;
      watched.cpuTicks = ticks;
      this.check(containerId, process.pid, watched, tree);
      watched.seen = new Set(tree.map(({ stat }) => identity(stat)));
    }
    this.containers = {
      physicalMb: Math.floor(physicalBytes / MIB),
      virtualMb: Math.floor(virtualBytes / MIB),
      cpu: cores,
    };
  }

  private check(
    containerId: ContainerId,
    pid: number,
    { resource, seen }: Watched,
    tree: readonly { readonly stat: ProcessStat; readonly bytes: number }[],
  ): void {
    const { context, pmemCheckEnabled, vmemCheckEnabled, vmemPmemRatio } = this.deps;
    const sum = (of: (p: (typeof tree)[number]) => number): { bytes: number; agedBytes: number } => ({
      bytes: tree.reduce((total, p) => total + of(p), 0),
      agedBytes: tree.reduce((total, p) => total + (seen.has(identity(p.stat)) ? of(p) : 0), 0),
    });
    const physical = sum((p) => p.bytes);
    const virtual = sum((p) => p.stat.virtualBytes);
    const physicalLimitBytes = resource.memoryMb * MIB;
    const virtualLimitBytes = Math.floor(physicalLimitBytes * vmemPmemRatio);
    const kind =
      vmemCheckEnabled && isOverLimit(virtual, virtualLimitBytes)
        ? 'VIRTUAL'
        : pmemCheckEnabled && isOverLimit(physical, physicalLimitBytes)
          ? 'PHYSICAL'
          : undefined;
    if (kind === undefined) return;
    const diagnostics = overLimitMessage({
      containerId,
      pid,
      kind,
      physicalBytes: physical.bytes,
      physicalLimitBytes,
      virtualBytes: virtual.bytes,
      virtualLimitBytes,
      processes: tree.map(({ stat, bytes }) => this.lineOf(stat, bytes)),
    });
    this.log.warn(diagnostics, { containerId });
    const exitStatus =
      kind === 'PHYSICAL' ? ContainerExitStatus.KILLED_EXCEEDED_PMEM : ContainerExitStatus.KILLED_EXCEEDED_VMEM;
    context.dispatcher.dispatch({ domain: 'container', type: 'KILL_CONTAINER', containerId, exitStatus, diagnostics });
    this.watched.delete(containerId);
  }

  private lineOf(stat: ProcessStat, bytes: number): ProcessLine {
    const ms = (ticks: number): number => (ticks * 1000) / TICKS_PER_SECOND;
    return {
      ...stat,
      userMs: ms(stat.userTicks),
      systemMs: ms(stat.systemTicks),
      residentBytes: bytes,
      commandLine: this.source.commandLine(stat.pid),
    };
  }
}

function identity(stat: ProcessStat): string {
  return `${stat.pid}/${stat.startTicks}`;
}
