/**
 * A cluster without a secret believes every caller: it is for one machine. What may be bound then, and the name others call
 * a daemon by that is bound to every interface.
 */
import { hostname } from 'node:os';

/** Those of the hosts that others than this machine can reach, each once. */
export function beyondLoopback(hosts: readonly string[]): string[] {
  return [...new Set(hosts)].filter((host) => !isLoopback(host));
}

/** What others can call where every interface is bound. */
export function reachableHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? hostname() : host;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
