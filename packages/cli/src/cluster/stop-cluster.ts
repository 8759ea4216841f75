/**
 * `bobbin cluster stop`: ends every process of a local cluster and waits until they are gone: NodeManagers first, which end
 * their containers, then the ResourceManager, then containers that had lost their NodeManager. What does not end on TERM
 * within a while is killed. Logs, history and output stay.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { delay, isAlive, processIdentity, signalProcess, type Clock, type ProcessIdentity } from '@bobbin/common';
import { readClusterRecord } from './cluster-record.js';

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
  const nodes = record?.nodeManagers.filter((daemon) => isAlive(daemon.process)) ?? [];
  await endProcesses(
    nodes.map((daemon) => daemon.process),
    clock,
  );
  const rm = record && isAlive(record.resourceManager.process) ? [record.resourceManager] : [];
  await endProcesses(
    rm.map((daemon) => daemon.process),
    clock,
  );
  const orphans = containerProcesses(dir);
  await endProcesses(orphans, clock);
  return { stopped: [...nodes, ...rm].map((daemon) => daemon.name), orphans: orphans.length };
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

/** Processes started by a NodeManager of this cluster: their environment says where they belong. */
function containerProcesses(dir: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let environment: string[];
    try {
      environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
    } catch {
      continue;
    }
    const ofContainer = environment.some((variable) => variable.startsWith('CONTAINER_ID=container_'));
    const ofCluster = environment.some((variable) => variable.startsWith(`LOCAL_DIRS=${dir}/`));
    const identity = ofContainer && ofCluster ? processIdentity(Number(entry)) : undefined;
    if (identity) found.push(identity);
  }
  return found;
}
