/**
 * `bobbin cluster start`: makes a local cluster be there. Daemons that run are left alone, those that died are started again
 * under their old addresses; a new cluster gets free ports, a secret of its own, and is ready when every node is registered.
 * If a daemon of a new cluster fails to start, those already started are stopped again;
 * what a start that was itself killed has left is ended first.
 */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOrCreateSecret, isAlive, signalProcess, systemRandom, type Clock } from '@bobbin/common';
import { CommandError } from '../errors.js';
import {
  confDir,
  daemonsOf,
  markStopped,
  readClusterRecord,
  writeClusterRecord,
  type ClusterRecord,
  type DaemonRecord,
} from './cluster-record.js';
import { daemonMark, daemonProcesses } from './cluster-processes.js';
import { startDaemon } from './daemon-process.js';
import { clusterProperties, nodeProperties, type Machine, type Properties } from './local-conf.js';
import { endProcesses } from './stop-cluster.js';

export interface StartRequest {
  readonly dir: string;
  /** NodeManagers; an existing cluster keeps its number when absent. */
  readonly nodes: number | undefined;
  /** `key=value`, for every daemon. */
  readonly defines: readonly string[];
  readonly machine: Machine;
  readonly clock: Clock;
}

export interface StartResult {
  readonly record: ClusterRecord;
  /** Names of the daemons this call started. */
  readonly started: readonly string[];
}

export async function startCluster(request: StartRequest): Promise<StartResult> {
  const { dir, clock } = request;
  makeWritable(dir);
  const previous = readClusterRecord(dir);
  const count = request.nodes ?? previous?.nodeManagers.length ?? 1;
  if (previous && previous.nodeManagers.length !== count && daemonsOf(previous).some((d) => isAlive(d.process))) {
    throw new CommandError(
      `the cluster in '${dir}' runs with ${previous.nodeManagers.length} nodes; stop it with \`bobbin cluster stop --dir ${dir}\` before starting it with ${count}`,
    );
  }
  await endUnrecorded(dir, previous, clock);
  markStopped(dir, false);
  loadOrCreateSecret(join(dir, 'secret'), systemRandom);
  const started: DaemonRecord[] = [];
  const run = async (name: string, args: readonly string[], old: DaemonRecord | undefined): Promise<DaemonRecord> => {
    if (old && isAlive(old.process)) return old;
    const defines = request.defines.flatMap((define) => ['-D', define]);
    const daemon = await startDaemon(
      {
        name,
        args: [...args, ...defines],
        environment: daemonMark(dir, name),
        log: join(dir, 'logs', `${name}.log`),
      },
      clock,
    );
    started.push(daemon);
    return daemon;
  };
  try {
    writeProperties(dir, clusterProperties(dir, previous?.resourceManager));
    const resourceManager = await run(
      'resourcemanager',
      ['resourcemanager', '--config', confDir(dir)],
      previous?.resourceManager,
    );
    writeProperties(dir, clusterProperties(dir, resourceManager));
    // All are waited for, also when one has failed: what starts late must be known, or nobody would stop it.
    const starts = await Promise.allSettled(
      Array.from({ length: count }, (_, i) => {
        const old = previous?.nodeManagers[i];
        const properties = nodeProperties(dir, i + 1, count, request.machine, old);
        const own = Object.entries(properties).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
        return run(`nodemanager-${i + 1}`, ['nodemanager', '--config', confDir(dir), ...own], old);
      }),
    );
    const nodeManagers = starts.map((start) => {
      if (start.status === 'rejected') throw start.reason;
      return start.value;
    });
    const record: ClusterRecord = { version: 1, startedAtMs: clock.now(), resourceManager, nodeManagers };
    writeClusterRecord(dir, record);
    return { record, started: started.map((daemon) => daemon.name) };
  } catch (error) {
    await endProcesses(
      started.map((daemon) => daemon.process),
      clock,
    );
    throw error;
  }
}

/**
 * A start that was killed may have left daemons that nobody has written down. They are killed: what they had promised is in their stores,
 * and their containers are taken back by those that come now.
 */
async function endUnrecorded(dir: string, record: ClusterRecord | undefined, clock: Clock): Promise<void> {
  const known = new Set((record ? daemonsOf(record) : []).map(({ process }) => process.pid));
  const left = daemonProcesses(dir).filter(({ process }) => !known.has(process.pid));
  for (const { process } of left) signalProcess(process.pid, 'SIGKILL');
  await endProcesses(
    left.map(({ process }) => process),
    clock,
  );
}

function makeWritable(dir: string): void {
  try {
    for (const sub of ['', 'conf', 'logs']) mkdirSync(join(dir, sub), { recursive: true });
    accessSync(dir, constants.W_OK);
  } catch (error) {
    throw new CommandError(
      `the folder '${dir}' cannot be written: ${(error as Error).message}; choose another with --dir`,
      error,
    );
  }
}

function writeProperties(dir: string, properties: Properties): void {
  writeFileSync(join(confDir(dir), 'bobbin.json'), `${JSON.stringify(properties, undefined, 2)}\n`);
}
