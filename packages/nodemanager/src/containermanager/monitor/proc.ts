/**
 * What /proc says of processes. Hadoop: yarn.util.ProcfsBasedProcessTree, without its page cache: resident memory is counted
 * as RssAnon + RssShmem, which is what a process holds and nobody could take back.
 * Reads are synchronous on purpose: /proc is memory, and a snapshot should be of one moment. Where there is no /proc
 * nothing is found, and nothing is limited.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly pid: number;
  readonly command: string;
  /** `R`, `S`, `Z` ... */
  readonly state: string;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Clock ticks (1/100 s). */
  readonly userTicks: number;
  readonly systemTicks: number;
  /** Clock ticks after boot. */
  readonly startTicks: number;
  readonly virtualBytes: number;
}

/** Ticks a second in /proc/<pid>/stat; fixed in the kernel's interface to user space. */
export const TICKS_PER_SECOND = 100;

/** Reads a file of /proc; undefined where the process is gone. */
export type ProcReader = (path: string) => string | undefined;

export const readProc: ProcReader = (path) => {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return undefined;
  }
};

/** One line of /proc/<pid>/stat; the command stands in brackets and may hold blanks and brackets itself. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const number = (at: number): number => Number(fields[at] ?? 0);
  return {
    pid: Number(text.slice(0, open)),
    command: text.slice(open + 1, close),
    state: fields[0] ?? '',
    parentPid: number(1),
    groupId: number(2),
    sessionId: number(3),
    userTicks: number(11),
    systemTicks: number(12),
    startTicks: number(19),
    virtualBytes: number(20),
  };
}

/** Undefined where there is no such process. */
export function readStat(pid: number, read: ProcReader = readProc): ProcessStat | undefined {
  const text = read(`${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Bytes that only this process and its kin hold: anonymous and shared memory, no page cache. 0 for one that is gone. */
export function residentBytes(pid: number, read: ProcReader = readProc): number {
  const status = read(`${pid}/status`) ?? '';
  let kilobytes = 0;
  for (const match of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)) kilobytes += Number(match[1]);
  return kilobytes * 1024;
}

/** The command line, arguments joined by blanks. */
export function commandLine(pid: number, read: ProcReader = readProc): string {
  return (read(`${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** Every process now. */
export function allProcesses(): ProcessStat[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

/** Those of `processes` that are the leader, in its group, or descend from one of these. */
export function treeOf(leader: number, processes: readonly ProcessStat[]): ProcessStat[] {
  const members = new Set(processes.filter((p) => p.pid === leader || p.groupId === leader).map((p) => p.pid));
  if (members.size === 0) return [];
  for (let grown = true; grown;) {
    grown = false;
    for (const p of processes) {
      if (!members.has(p.pid) && members.has(p.parentPid)) {
        members.add(p.pid);
        grown = true;
      }
    }
  }
  return processes.filter((p) => members.has(p.pid));
}
