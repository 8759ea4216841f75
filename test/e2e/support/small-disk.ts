/**
 * A file system of a few megabytes in the place of a folder: a tmpfs in a mount namespace of its own, which only the processes
 * started below see, and which goes with the last of them. Linux, and allowed only where `unshare` is.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filesBelow } from './files-below.js';

const ways = [
  ['unshare', '--user', '--map-root-user', '--mount'],
  ['unshare', '--mount'],
] as const;

/** Mounts below the first argument, of as many kilobytes as the second says, then becomes the command that follows. */
const script = 'set -e; mkdir -p "$0"; mount -t tmpfs -o "size=$1k" tmpfs "$0"; shift; exec "$@"';

const way = ways.find(([program, ...args]) => {
  const probe = [...args, 'sh', '-c', script, '/tmp', '64', 'true'];
  return spawnSync(program, probe, { stdio: 'ignore' }).status === 0;
});

/** Whether this machine lets us. */
export const canMount = way !== undefined;

/** What to put before a command for which `folder` is to be a disk of that size. */
export function withSmallDisk(folder: string, kilobytes: number): readonly string[] {
  if (!way) throw new Error('mounting is not permitted here');
  return [...way, 'sh', '-c', script, folder, String(kilobytes)];
}

/** Files in a folder as the process `pid` sees it, relative and sorted. */
export function filesSeenBy(pid: number, folder: string): readonly string[] {
  return filesBelow(join(`/proc/${pid}/root`, folder));
}
