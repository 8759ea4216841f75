/**
 * The configuration of a local cluster: everything below one folder, loopback only, ports chosen by the system and kept.
 * Cores and memory of the machine are shared out among the NodeManagers; an AppMaster waits more than it works, so each
 * node has one core more than its share.
 */
import { join } from 'node:path';

export interface Machine {
  readonly cores: number;
  readonly memoryMb: number;
}

/** Share of the machine's memory given to containers. */
const MEMORY_SHARE = 0.75;
const MOST_MEMORY_MB = 8192;
const LEAST_MEMORY_MB = 1024;

export type Properties = Record<string, string>;

/** Read by every daemon and command. `address` and `webAddress` are those of a ResourceManager that has run before. */
export function clusterProperties(dir: string, rm?: { address: string; webAddress: string }): Properties {
  return {
    'hadoop.tmp.dir': join(dir, 'tmp'),
    'bobbin.security.secret-file': join(dir, 'secret'),
    'yarn.resourcemanager.hostname': '127.0.0.1',
    'yarn.resourcemanager.address': rm?.address ?? '127.0.0.1:0',
    'yarn.resourcemanager.webapp.address': rm?.webAddress ?? '127.0.0.1:0',
    'bobbin.resourcemanager.store-dir': join(dir, 'rm'),
    'yarn.app.mapreduce.am.staging-dir': join(dir, 'staging'),
    'mapreduce.jobhistory.intermediate-done-dir': join(dir, 'history', 'done_intermediate'),
    'mapreduce.jobhistory.done-dir': join(dir, 'history', 'done'),
  };
}

/** What the `n`th NodeManager (from 1) of `count` is given beside that. */
export function nodeProperties(
  dir: string,
  n: number,
  count: number,
  machine: Machine,
  previous?: { address: string; webAddress: string },
): Properties {
  const memoryMb = Math.floor((machine.memoryMb * MEMORY_SHARE) / count);
  return {
    'yarn.nodemanager.hostname': '127.0.0.1',
    'yarn.nodemanager.address': previous?.address ?? '127.0.0.1:0',
    'yarn.nodemanager.webapp.address': previous?.webAddress ?? '127.0.0.1:0',
    'mapreduce.shuffle.port': '0',
    'yarn.nodemanager.local-dirs': join(dir, `nm-${n}`, 'local'),
    'yarn.nodemanager.log-dirs': join(dir, 'logs', `containers-${n}`),
    'yarn.nodemanager.recovery.dir': join(dir, `nm-${n}`, 'recovery'),
    'yarn.nodemanager.resource.memory-mb': String(Math.min(MOST_MEMORY_MB, Math.max(LEAST_MEMORY_MB, memoryMb))),
    'yarn.nodemanager.resource.cpu-vcores': String(Math.ceil(machine.cores / count) + 1),
  };
}
