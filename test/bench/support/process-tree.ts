/**
 * Memory of process trees, from /proc: a daemon with its containers, or a command with its children. Sampled, so a peak shorter than
 * the interval may be missed; resident pages that processes share count for each.
 */
import { readdirSync, readFileSync } from 'node:fs';

const INTERVAL_MS = 100;
const PAGE_BYTES = 4096;

interface ProcessFacts {
  readonly parent: number;
  readonly rssBytes: number;
}

/** Resident memory of one process now, MB (10^6 bytes); 0 where it is gone. */
export function rssMb(pid: number): number {
  return (factsOf(pid)?.rssBytes ?? 0) / 1e6;
}

/** Pids of `roots` and all below them that live now. */
export function descendants(roots: readonly number[]): number[] {
  return membersOf(roots, allProcesses());
}

/** Pids of what lives below the daemons `roots` and below the process with which each starts containers. */
export function containerProcesses(roots: readonly number[]): number[] {
  const all = allProcesses();
  const own = new Set(roots);
  return membersOf(roots, all).filter((pid) => !own.has(pid) && !own.has(all.get(pid)?.parent ?? 0));
}

/** Whether this process is Node with that script; a launch script before it names it too. */
export function runsScript(pid: number, script: string): boolean {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return /(^|\/)node$/.test(program) && args.find((arg) => !arg.startsWith('-')) === script;
  } catch {
    return false;
  }
}

/** Samples the memory of `roots` and all below them until `stop`. */
export class PeakMemory {
  private peakBytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly roots: () => readonly number[]) {
    this.timer = setInterval(() => this.look(), INTERVAL_MS);
  }

  /** Ends the sampling; the peak of the sum in MB. */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    return this.peakBytes / 1e6;
  }

  private look(): void {
    const all = allProcesses();
    const bytes = membersOf(this.roots(), all).reduce((sum, pid) => sum + (all.get(pid)?.rssBytes ?? 0), 0);
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }
}

function allProcesses(): Map<number, ProcessFacts> {
  const all = new Map<number, ProcessFacts>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const facts = Number.isInteger(pid) ? factsOf(pid) : undefined;
    if (facts) all.set(pid, facts);
  }
  return all;
}

function membersOf(roots: readonly number[], all: ReadonlyMap<number, ProcessFacts>): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of all) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const members = roots.filter((pid) => all.has(pid));
  for (const pid of members) members.push(...(children.get(pid) ?? []));
  return members;
}

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything; the fields after it begin with the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), rssBytes: Number(fields[21]) * PAGE_BYTES };
  } catch {
    return undefined;
  }
}
