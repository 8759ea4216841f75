/** procFs: what the monitor sees of a Linux machine. Hadoop: ProcfsBasedProcessTree, SysInfoLinux. */
import { cpus, freemem, totalmem } from 'node:os';
import type { ProcessSource } from './containers-monitor.js';
import { allProcesses, commandLine, residentBytes } from './proc.js';

export const procFs: ProcessSource = {
  processes: allProcesses,
  residentBytes,
  commandLine,
  machine: () => {
    const times = cpus().map((core) => core.times);
    const totalMs = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
    return {
      usedBytes: totalmem() - freemem(),
      cores: times.length,
      totalMs,
      busyMs: totalMs - times.reduce((sum, t) => sum + t.idle, 0),
    };
  },
};
