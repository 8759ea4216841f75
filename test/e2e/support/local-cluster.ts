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
  /** `kill -9` of the one AppMaster that runs. */
  killApplicationMaster(): void;
  /** Resolves when no container process of this cluster is left. */
  containersGone(): Promise<void>;
  /** Inodes of the sockets on which processes of this cluster listen. */
  listeningSockets(): string[];
  /** Pids of live processes that carry this cluster's folder in their command line, environment or working folder. */
  processes(): number[];
}

/** Keeps everything the CLI remembers of clusters inside the scratch folder. */
export async function localCluster(nodes: number, ...options: string[]): Promise<LocalCluster> {
  const temp = tempDir('bobbin-e2e-');
  const dir = join(temp.path, 'cluster');
  const env = { XDG_STATE_HOME: join(temp.path, 'state'), BOBBIN_DIR: dir };
  await succeed(['cluster', 'start', '--nodes', String(nodes), '--dir', dir, ...options], env);
  return {
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
    killApplicationMaster: () => {
      // A launch script may stand before it; its own command line begins with the interpreter.
      const masters = containersOf(dir).filter((pid) =>
        /^[^\0]*node\0(-[^\0]*\0)*am\.cjs\0/.test(readQuietly(`/proc/${pid}/cmdline`)),
      );
      const [master, ...others] = masters;
      if (master === undefined || others.length > 0) throw new Error(`${masters.length} AppMasters run, not one`);
      process.kill(master, 'SIGKILL');
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

function processesOf(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ['cmdline', 'environ'].some((file) => readQuietly(`/proc/${pid}/${file}`).includes(dir)))
    .map(Number);
}

/** Processes whose container was given local folders below `folder`. */
function containersOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(`LOCAL_DIRS=${folder}`))
    .map(Number);
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
