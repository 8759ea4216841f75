/**
 * When a container uses too much memory, and how that is said. Hadoop: ContainersMonitorImpl.isProcessTreeOverLimit,
 * formatErrorMessage, formatUsageString. Pure. A process tree may overshoot for one cycle, as a fork does; twice the limit is too
 * much at once. The message names limit, usage and the settings that would have helped (DESIGN D13).
 */
import type { ContainerId } from '@bobbin/common';

export interface MemoryUsage {
  readonly bytes: number;
  /** Of the processes that were there at the last look already. */
  readonly agedBytes: number;
}

export function isOverLimit(usage: MemoryUsage, limitBytes: number): boolean {
  return usage.bytes > 2 * limitBytes || usage.agedBytes > limitBytes;
}

/** What is known of one process for the dump. */
export interface ProcessLine {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly command: string;
  readonly userMs: number;
  readonly systemMs: number;
  readonly virtualBytes: number;
  readonly residentBytes: number;
  readonly commandLine: string;
}

export interface OverLimit {
  readonly containerId: ContainerId;
  readonly pid: number;
  readonly kind: 'PHYSICAL' | 'VIRTUAL';
  readonly physicalBytes: number;
  readonly physicalLimitBytes: number;
  readonly virtualBytes: number;
  readonly virtualLimitBytes: number;
  readonly processes: readonly ProcessLine[];
}

/** Hadoop's text, with what to do about it. */
export function overLimitMessage(over: OverLimit): string {
  const { kind, containerId, pid } = over;
  const [usage, limit] =
    kind === 'PHYSICAL' ? [over.physicalBytes, over.physicalLimitBytes] : [over.virtualBytes, over.virtualLimitBytes];
  const advice =
    kind === 'PHYSICAL'
      ? 'Ask for more memory for this container (MapReduce: mapreduce.map.memory.mb, mapreduce.reduce.memory.mb, ' +
        'yarn.app.mapreduce.am.resource.mb); yarn.nodemanager.pmem-check-enabled switches the check off'
      : 'Raise yarn.nodemanager.vmem-pmem-ratio or switch yarn.nodemanager.vmem-check-enabled off';
  return [
    `Container [pid=${pid},containerID=${containerId}] is running ${usage - limit}B beyond the '${kind}' memory limit. ` +
      `Current usage: ${size(over.physicalBytes)} of ${size(over.physicalLimitBytes)} physical memory used; ` +
      `${size(over.virtualBytes)} of ${size(over.virtualLimitBytes)} virtual memory used. Killing container.`,
    advice,
    `Dump of the process-tree for ${containerId} :`,
    '\t|- PID PPID PGRPID SESSID CMD_NAME USER_MODE_TIME(MILLIS) SYSTEM_TIME(MILLIS) VMEM_USAGE(BYTES) RSSMEM_USAGE(BYTES) FULL_CMD_LINE',
    ...over.processes.map((p) => {
      const ids = [p.pid, p.parentPid, p.groupId, p.sessionId].join(' ');
      const figures = [p.userMs, p.systemMs, p.virtualBytes, p.residentBytes].join(' ');
      return `\t|- ${ids} (${p.command}) ${figures} ${p.commandLine.slice(0, 500)}`;
    }),
  ].join('\n');
}

/** `1.5 GB`, in powers of 1024, as Hadoop's StringUtils.TraditionalBinaryPrefix prints. */
function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
