/** What Linux says of this process. Elsewhere Node's own, coarser figures stand in. Hadoop: ProcfsBasedProcessTree. */
import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Bytes this process holds and nobody could take back: no page cache. It is what a NodeManager kills by. */
export function heldBytes(): number {
  const status = readOwn('status');
  let kilobytes = 0;
  for (const match of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)) kilobytes += Number(match[1]);
  return kilobytes > 0 ? kilobytes * 1024 : process.memoryUsage.rss();
}

/** Bytes of address space; 0 where nobody says. */
export function virtualBytes(): number {
  return Number(readOwn('statm').split(' ', 1)[0]) * PAGE_BYTES;
}

function readOwn(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, 'latin1');
  } catch {
    return '';
  }
}
