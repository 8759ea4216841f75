/**
 * Says why an ask waits, and whether it is never or not yet (DESIGN D13). Hadoop: activities of the CapacityScheduler, AM launch diagnostics.
 * Looks at all nodes where it must: for explanations only.
 */
import { fitsIn, formatResource } from '@bobbin/common';
import type { Ask } from './ask.js';
import type { ClusterNodes } from './cluster-nodes.js';
import type { Waiting } from './scheduler.js';

/** `outside`: why an AM is not let in, where it is not. */
export function whyWaiting(
  ask: Ask,
  nodes: ClusterNodes,
  outside: string | undefined,
): Pick<Waiting, 'verdict' | 'reason'> {
  const size = formatResource(ask.capability);
  const notYet = (reason: string) => ({ verdict: 'NOT_YET', reason }) as const;
  if (nodes.size === 0) return notYet('no NodeManager has registered');
  if (!nodes.couldEverHold(ask.capability)) {
    const largest = formatResource(nodes.largestCapability());
    return { verdict: 'NEVER', reason: `${size} is more than any node has; the largest has ${largest}` };
  }
  if (outside !== undefined) return notYet(outside);
  const names = ask.localNames();
  if (!ask.relaxesToAny && !names.some((name) => nodes.hasHost(name) || nodes.hasRack(name))) {
    const wanted = names.length > 0 ? names.map((name) => `'${name}'`).join(', ') : 'no host';
    return notYet(`it may run on ${wanted} only, and no such node is in the cluster`);
  }
  const free = nodes.largestFree();
  if (fitsIn(ask.capability, free)) return notYet(`no node it may use (locality, blacklist) has ${size} free`);
  return notYet(`the cluster is full: the most that is free on a node is ${formatResource(free)}`);
}
