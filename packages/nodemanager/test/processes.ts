/** What tests on real processes share: a bell that a container rings, and waiting until a group of processes is gone. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { allProcesses } from '../src/containermanager/monitor/proc.js';

/** Members of a group that are more than a zombie somebody has yet to collect. */
export function liveInGroup(group: number): number[] {
  return allProcesses().flatMap((p) => (p.groupId === group && p.state !== 'Z' && p.state !== 'X' ? [p.pid] : []));
}

/** Resolves when no process of the group is left: KILL was sent, and the kernel takes its moment. */
export async function groupIsGone(group: number): Promise<void> {
  while (liveInGroup(group).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

export interface Bell extends AsyncDisposable {
  /** Shell words that ring it; what stands before is its argument to `echo`, such as `$$`. */
  readonly at: string;
  /** What was echoed. */
  readonly rung: Promise<string>;
}

/** A bell for one container: `echo $$ >` + `bell.at`. Bash opens the connection itself. */
export async function bell(): Promise<Bell> {
  const server = createServer();
  const rung = new Promise<string>((resolve) => {
    server.on('connection', (socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('end', () => resolve(text.trim()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: `/dev/tcp/127.0.0.1/${port}`,
    rung,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
