/** `bobbin cluster start|status|stop`: a cluster of real processes on this machine, bound to loopback. */
import { cpus, totalmem } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { isAlive } from '@bobbin/common';
import type { CommandIO } from '../output/io.js';
import { daemonsOf, readClusterRecord, type ClusterRecord } from './cluster-record.js';
import { defaultClusterDir, findClusterDir, namedClusterDir, rememberCluster } from './find-cluster.js';
import { endApplications } from './end-applications.js';
import { startCluster } from './start-cluster.js';
import { stopCluster } from './stop-cluster.js';

interface ClusterOptions {
  readonly dir?: string;
  readonly json?: boolean;
}

interface StartOptions extends ClusterOptions {
  readonly nodes?: number;
  readonly define: readonly string[];
}

function nodeCount(text: string): number {
  const nodes = Number(text);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 100)
    throw new InvalidArgumentError('it should be a whole number from 1 to 100.');
  return nodes;
}

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export function registerClusterCommands(program: Command, io: CommandIO): void {
  const { environment } = io;
  const print = (line: string): void => io.print(line);
  const cluster = program.command('cluster').description('a cluster of real processes on this machine');

  cluster
    .command('start')
    .description('start a cluster, or what has died of one')
    .option('--nodes <n>', 'NodeManagers to run', nodeCount)
    .option('--dir <dir>', 'folder of the cluster')
    .option('-D, --define <key=value>', 'a configuration value for every daemon', collect, [])
    .option('--json', 'print the record as JSON')
    .action(async (options: StartOptions) => {
      const dir = namedClusterDir(options.dir, environment) ?? defaultClusterDir(environment);
      const machine = { cores: cpus().length, memoryMb: Math.floor(totalmem() / 2 ** 20) };
      // Before anything is started: a `cluster stop` after a start that was killed has to find it.
      const forget = rememberCluster(dir, environment);
      const { nodes, define: defines } = options;
      const { record, started } = await startCluster({ dir, nodes, defines, machine, clock: io.clock }).catch(
        (error: unknown) => {
          forget();
          throw error;
        },
      );
      if (options.json) return print(JSON.stringify({ dir, started, ...record }));
      print(started.length > 0 ? `Cluster started in ${dir}` : `Cluster in ${dir} is running already`);
      printDaemons(record, print);
    });

  cluster
    .command('status')
    .description('what runs of a cluster')
    .option('--dir <dir>', 'folder of the cluster')
    .option('--json', 'print the record as JSON')
    .action((options: ClusterOptions) => {
      const dir = findClusterDir(options.dir, environment);
      const record = readClusterRecord(dir);
      const alive = (record ? daemonsOf(record) : [])
        .filter((daemon) => isAlive(daemon.process))
        .map((daemon) => daemon.name);
      if (options.json) return print(JSON.stringify({ dir, alive, ...record }));
      print(
        alive.length > 0
          ? `Cluster in ${dir}`
          : `Cluster in ${dir} is stopped; start it with \`bobbin cluster start --dir ${dir}\``,
      );
      if (record) printDaemons(record, print);
      if (alive.length === 0) process.exitCode = 1;
    });

  cluster
    .command('stop')
    .description('end every process of a cluster; logs, history and output stay')
    .option('--dir <dir>', 'folder of the cluster')
    .option('--json', 'print what was stopped as JSON')
    .action(async (options: ClusterOptions) => {
      const dir = findClusterDir(options.dir, environment);
      const record = readClusterRecord(dir);
      const applications = record && isAlive(record.resourceManager.process) ? await endApplications(dir, io) : 0;
      const { stopped, orphans } = await stopCluster(dir, io.clock);
      if (options.json) return print(JSON.stringify({ dir, stopped, orphans, applications }));
      if (applications > 0) print(`Ended ${applications} applications`);
      const lost = orphans > 0 ? `, and ${orphans} container processes without a NodeManager` : '';
      print(stopped.length > 0 ? `Stopped ${stopped.length} daemons${lost}` : `Nothing was running in ${dir}${lost}`);
    });
}

function printDaemons(record: ClusterRecord, print: (line: string) => void): void {
  const daemons = daemonsOf(record);
  const width = Math.max(...daemons.map((daemon) => daemon.name.length));
  for (const daemon of daemons) {
    const state = isAlive(daemon.process) ? `pid ${daemon.process.pid}` : 'dead';
    print(
      `  ${daemon.name.padEnd(width)}  ${daemon.address.padEnd(21)}  http://${daemon.webAddress.padEnd(21)}  ${state}`,
    );
  }
}
