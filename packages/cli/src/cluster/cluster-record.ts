/**
 * ClusterRecord: what a local cluster's folder remembers of it, in `cluster.json`. Addresses stay the same when a daemon is
 * started again, so that clients and AppMasters find it where it was.
 *
 *   <dir>/cluster.json  conf/  secret  rm/  nm-<n>/  logs/  staging/  history/  stopped (by `cluster stop`, until the next start)
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '@bobbin/common';
import { CommandError } from '../errors.js';

export interface DaemonRecord {
  /** `resourcemanager`, `nodemanager-1` ... */
  readonly name: string;
  readonly process: ProcessIdentity;
  /** `host:port` of its RPC. */
  readonly address: string;
  /** `host:port` of its web pages. */
  readonly webAddress: string;
  /** File of its own log. */
  readonly log: string;
}

export interface ClusterRecord {
  readonly version: 1;
  readonly startedAtMs: number;
  readonly resourceManager: DaemonRecord;
  readonly nodeManagers: readonly DaemonRecord[];
}

/** The RM first. */
export function daemonsOf(record: ClusterRecord): DaemonRecord[] {
  return [record.resourceManager, ...record.nodeManagers];
}

const fileOf = (dir: string): string => join(dir, 'cluster.json');

/** The configuration folder every daemon and command of this cluster reads. */
export const confDir = (dir: string): string => join(dir, 'conf');

/** `undefined` where no cluster was ever started; throws CommandError where the file is not one of ours. */
export function readClusterRecord(dir: string): ClusterRecord | undefined {
  if (!existsSync(fileOf(dir))) return undefined;
  const broken = `${fileOf(dir)} is not the record of a Bobbin cluster; remove the folder or choose another with --dir`;
  try {
    const record = JSON.parse(readFileSync(fileOf(dir), 'utf8')) as Partial<ClusterRecord>;
    if (record.version !== 1 || !record.resourceManager || !record.nodeManagers) throw new CommandError(broken);
    return record as ClusterRecord;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(broken, error);
  }
}

/** Replaces the record in one step. */
export function writeClusterRecord(dir: string, record: ClusterRecord): void {
  const temporary = `${fileOf(dir)}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(temporary, fileOf(dir));
}

const stoppedFile = (dir: string): string => join(dir, 'stopped');

/** Says for commands that still follow something there whether its RM went away for good. */
export function markStopped(dir: string, isStopped: boolean): void {
  if (!isStopped) rmSync(stoppedFile(dir), { force: true });
  else if (existsSync(dir)) writeFileSync(stoppedFile(dir), '');
}

/** Whether `cluster stop` ended this cluster, and nobody has started it since. */
export function isMarkedStopped(dir: string): boolean {
  return existsSync(stoppedFile(dir));
}
