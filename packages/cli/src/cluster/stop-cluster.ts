/**
 * `bobbin cluster stop`: ends every process of a local cluster, also those of a start that was itself killed, and waits until they are gone: NodeManagers first, which end
 * their containers, then the ResourceManager, then containers that had lost their NodeManager. What does not end on TERM
 * within a while is killed. Logs, history and output stay.
 */
import { delay, isAlive, signalProcess, type Clock, type ProcessIdentity } from '@bobbin/common';
import { containerProcesses, daemonProcesses } from './cluster-processes.js';
import { daemonsOf, markStopped, readClusterRecord } from './cluster-record.js';

const TERM_TIMEOUT_MS = 15_000;
const KILL_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

export interface StopResult {
  /** Daemons that were running. */
  readonly stopped: readonly string[];
  /** Containers that no NodeManager looked after any more. */
  readonly orphans: number;
}

export async function stopCluster(dir: string, clock: Clock): Promise<StopResult> {
  const record = readClusterRecord(dir);
  // Before the RM goes: whoever waits for it should not wait for its return.
  markStopped(dir, true);
  const recorded = record ? daemonsOf(record).filter((daemon) => isAlive(daemon.process)) : [];
  const others = daemonProcesses(dir).filter(({ process }) =>
    recorded.every((daemon) => daemon.process.pid !== process.pid),
  );
  const daemons = [...recorded, ...others];
  const isRM = ({ name }: { readonly name: string }): boolean => name === 'resourcemanager';
  for (const group of [daemons.filter((daemon) => !isRM(daemon)), daemons.filter(isRM)]) {
    await endProcesses(
      group.map(({ process }) => process),
      clock,
    );
  }
  const orphans = containerProcesses(dir);
  await endProcesses(orphans, clock);
  return { stopped: daemons.map(({ name }) => name), orphans: orphans.length };
}

/** TERM, and KILL for those that do not heed it; resolves when all have ended. */
export async function endProcesses(processes: readonly ProcessIdentity[], clock: Clock): Promise<void> {
  for (const [name, timeoutMs] of [
    ['SIGTERM', TERM_TIMEOUT_MS],
    ['SIGKILL', KILL_TIMEOUT_MS],
  ] as const) {
    const left = processes.filter((process) => isAlive(process) && signalProcess(process.pid, name));
    const deadline = clock.monotonic() + timeoutMs;
    while (left.some(isAlive) && clock.monotonic() < deadline) await delay(clock, POLL_MS);
  }
}
