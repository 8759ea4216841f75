/**
 * Which live processes belong to a local cluster, as their own environment says. Asked where the record may not know: a
 * `cluster start` may be killed between the start of a daemon and the record of it, a NodeManager may leave its containers behind.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { processIdentity, type ProcessIdentity } from '@bobbin/common';

/** Carried by each daemon from its first instant on: `<dir>/<name>`. Containers do not inherit it. */
const MARK = 'BOBBIN_LOCAL_DAEMON';

export interface DaemonProcess {
  /** `resourcemanager`, `nodemanager-1` ... */
  readonly name: string;
  readonly process: ProcessIdentity;
}

/** The environment by which a daemon is found again. */
export function daemonMark(dir: string, name: string): Readonly<Record<string, string>> {
  return { [MARK]: `${dir}/${name}` };
}

/** Daemons that `cluster start` started in this folder, whether or not it lived to write them down. */
export function daemonProcesses(dir: string): DaemonProcess[] {
  const start = `${MARK}=${dir}/`;
  return processesWith((environment) => {
    const mark = environment.find((variable) => variable.startsWith(start))?.slice(start.length);
    return mark === undefined || mark.includes('/') ? undefined : mark;
  }).map(({ found: name, process }) => ({ name, process }));
}

/** Container processes started by a NodeManager of this cluster. */
export function containerProcesses(dir: string): ProcessIdentity[] {
  return processesWith((environment) => {
    const ofContainer = environment.some((variable) => variable.startsWith('CONTAINER_ID=container_'));
    const ofCluster = environment.some((variable) => variable.startsWith(`LOCAL_DIRS=${dir}/`));
    return ofContainer && ofCluster ? true : undefined;
  }).map(({ process }) => process);
}

function processesWith<T>(find: (environment: readonly string[]) => T | undefined) {
  const all: { readonly found: T; readonly process: ProcessIdentity }[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let environment: string[];
    try {
      environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
    } catch {
      continue;
    }
    const found = find(environment);
    const process = found === undefined ? undefined : processIdentity(Number(entry));
    if (found !== undefined && process) all.push({ found, process });
  }
  return all;
}
