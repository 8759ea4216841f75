/**
 * Which process a pid means. Pids come round again; a pid with its start time does not. Used wherever a pid outlives the process
 * that wrote it down: containers an NM re-adopts, daemons a command stops. Linux reads the start time from /proc; elsewhere a pid
 * must do.
 */
import { readFileSync } from 'node:fs';
import { errnoOf } from '../errors.js';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the boot of the machine to the start of the process; 0 where it cannot be known. */
  readonly startTicks: number;
}

/** The process that has this pid now; `undefined` where none has, or only a dead one nobody has waited for. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return signalReaches(pid) ? { pid, startTicks: 0 } : undefined;
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name, in brackets, may itself hold blanks and brackets: count from its end. Fields 3 (state) and 22 (start).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTicks: Number(fields[19] ?? 0) };
}

/** Whether that very process still runs. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return processIdentity(pid)?.startTicks === startTicks;
}

/**
 * Sends a signal to a process, or with `group` to its whole process group. False where it is gone already. Throws where it is not
 * ours to signal.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals, group = false): boolean {
  try {
    return process.kill(group ? -pid : pid, signal);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}

function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
