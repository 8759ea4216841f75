/** A cluster of real processes in a folder of its own, started and stopped by the CLI. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import { bobbin, start, succeed, type Finished, type Running } from './bobbin.js';

export interface LocalCluster {
  /** A scratch folder for inputs and outputs; the cluster lives in `cluster/` below it. */
  readonly path: string;
  /** Any command against this cluster. */
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Running;
  stop(): Promise<void>;
  /** `kill -9` of a NodeManager and of every container on it: a machine that loses power. `node` counts from 1. */
  killNode(pid: number, node: number): void;
  /** The pid of the one AppMaster that runs, by the file it runs from; a MapReduce job's unless said. */
  applicationMaster(file?: string): number;
  /** The pid of the task that runs in this container; throws where there is none. */
  taskIn(containerId: string): number;
  /** What `cluster.json` says of the daemons, the RM first; they may be dead. */
  daemons(): readonly Daemon[];
  /** `bobbin cluster start` once more: what has died is started again, as it was. */
  restart(): Promise<void>;
  /** Where jobs keep what they write while they run, and where histories go. */
  readonly folders: { readonly staging: string; readonly done: string };
  /** Ids of the containers in which a process runs. */
  runningContainers(): ReadonlySet<string>;
  /** Resolves when no container process of this cluster is left. */
  containersGone(): Promise<void>;
  /** Inodes of the sockets on which processes of this cluster listen. */
  listeningSockets(): string[];
  /** Pids of live processes that carry this cluster's folder in their command line, environment or working folder. */
  processes(): number[];
}

export interface Daemon {
  readonly name: string;
  readonly pid: number;
  /** `host:port` of its RPC, by which a NodeManager is known. */
  readonly address: string;
}

interface ClusterFile {
  readonly resourceManager: DaemonEntry;
  readonly nodeManagers: readonly DaemonEntry[];
}
interface DaemonEntry {
  readonly name: string;
  readonly process: { readonly pid: number };
  readonly address: string;
}

/** Keeps everything the CLI remembers of clusters inside the scratch folder. */
export function localCluster(nodes: number, ...options: string[]): Promise<LocalCluster> {
  return wrappedCluster(() => [], nodes, ...options);
}

/** A cluster whose daemons are started below a command: `wrapper`, given the folder the cluster is going to live in. */
export async function wrappedCluster(
  wrapper: (dir: string) => readonly string[],
  nodes: number,
  ...options: string[]
): Promise<LocalCluster> {
  const temp = tempDir('bobbin-e2e-');
  const dir = join(temp.path, 'cluster');
  const env = { XDG_STATE_HOME: join(temp.path, 'state'), BOBBIN_DIR: dir };
  const startIt = ['cluster', 'start', '--nodes', String(nodes), '--dir', dir, ...options];
  await succeed(startIt, env, wrapper(dir));
  return {
    folders: { staging: join(dir, 'staging'), done: join(dir, 'history', 'done') },
    daemons: () => {
      const record = JSON.parse(readFileSync(join(dir, 'cluster.json'), 'utf8')) as ClusterFile;
      const all = [record.resourceManager, ...record.nodeManagers];
      return all.map(({ name, address, process: { pid } }) => ({ name, pid, address }));
    },
    restart: async () => void (await succeed(startIt, env, wrapper(dir))),
    applicationMaster: (file = 'am.cjs') => applicationMasterOf(dir, file),
    taskIn: (containerId) => {
      const is = (pid: number): boolean =>
        runs(pid, 'task.cjs') && readQuietly(`/proc/${pid}/environ`).includes(`CONTAINER_ID=${containerId}\0`);
      const task = containersOf(dir).find(is);
      if (task === undefined) throw new Error(`no task runs in ${containerId}`);
      return task;
    },
    path: temp.path,
    run: (...args) => bobbin(args, env),
    start: (...args) => start(args, env),
    processes: () => processesOf(dir),
    listeningSockets: () => {
      const listening = listeningInodes();
      return processesOf(dir)
        .flatMap(socketsOf)
        .filter((inode) => listening.has(inode));
    },
    killNode: (pid, node) => {
      process.kill(pid, 'SIGKILL');
      for (const container of containersOf(`${dir}/nm-${node}/`)) process.kill(container, 'SIGKILL');
    },
    runningContainers: () => {
      const ids = containersOf(dir).map(
        (pid) => /\0CONTAINER_ID=([^\0]*)/.exec(readQuietly(`/proc/${pid}/environ`))?.[1],
      );
      return new Set(ids.filter((id) => id !== undefined));
    },
    containersGone: async () => {
      while (containersOf(dir).length > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    stop: async () => {
      if (existsSync(dir)) await succeed(['cluster', 'stop', '--dir', dir], env);
      temp[Symbol.dispose]();
    },
  };
}

/** Pids of live processes that carry this folder in their command line or environment. */
export function processesOf(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ['cmdline', 'environ'].some((file) => readQuietly(`/proc/${pid}/${file}`).includes(dir)))
    .map(Number);
}

/** 0 for a process that is gone. */
export function parentOf(pid: number): number {
  const [, parent] = readQuietly(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  return Number(parent ?? 0);
}

/** Processes whose container was given local folders below `folder`. */
function containersOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(`LOCAL_DIRS=${folder}`))
    .map(Number);
}

/** Whether this process is Node (or Python) itself with that script: a launch script may stand before it, whose command line names it too. */
function runs(pid: number, script: string): boolean {
  const [program = '', ...args] = readQuietly(`/proc/${pid}/cmdline`).split('\0');
  return /(^|\/)(node|python3?)$/.test(program) && args.find((arg) => !arg.startsWith('-')) === script;
}

/** `1700000000000_0001`, empty for a process that is gone; of one cluster, the later the greater. */
function applicationOfContainer(pid: number): string {
  return /(?:^|\0)CONTAINER_ID=container_(?:e\d+_)?(\d+_\d+)_/.exec(readQuietly(`/proc/${pid}/environ`))?.[1] ?? '';
}

function applicationMasterOf(dir: string, file: string): number {
  const all = containersOf(dir).filter((pid) => runs(pid, file));
  // One of an application that is over may still be leaving.
  const newest = all.map(applicationOfContainer).sort().at(-1);
  const masters = all.filter((pid) => applicationOfContainer(pid) === newest);
  const [master, ...others] = masters;
  if (master === undefined || others.length > 0) throw new Error(`${masters.length} AppMasters run, not one`);
  return master;
}

/** Inodes of all listening TCP sockets of this machine. */
export function listeningInodes(): Set<string> {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readQuietly(file).split('\n').slice(1));
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter((field) => field[3] === '0A').map((field) => field[9] ?? ''));
}

function socketsOf(pid: number): string[] {
  let fds: string[];
  try {
    fds = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
  return fds.flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkQuietly(`/proc/${pid}/fd/${fd}`))?.[1] ?? []);
}

function linkQuietly(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
