/**
 * Patience: delay scheduling without ticks. Hadoop counts the heartbeats an ask lets pass before it gives up its hosts for their
 * rack, and its rack for any node (node-locality-delay, 40 of them at most one a node). Nothing beats here, so a chance passed by is a span of time:
 * an ask waits min(nodes, chances) x 5 ms for a host, and as long again for a rack (docs/decisions/010-locality-without-heartbeats.md).
 */
import type { Ask } from './ask.js';
import type { Locality } from './scheduler.js';

export const MS_PER_CHANCE = 5;

interface Deadline {
  readonly atMs: number;
  readonly ask: Ask;
  readonly sinceMs: number;
}

export class Patience {
  /** In order of time; a wait is constant for a while, so new ones belong at the end. */
  private readonly deadlines: Deadline[] = [];

  constructor(
    /** Chances an ask passes by for a host; 0 or less: none. */
    private readonly chances: number,
  ) {}

  waitMs(nodes: number): number {
    return this.chances <= 0 ? 0 : Math.min(nodes, this.chances) * MS_PER_CHANCE;
  }

  /** Starts the clock of an ask that waits for what it named. Does nothing while it runs. */
  start(ask: Ask, nowMs: number, nodes: number): void {
    if (ask.waitsSinceMs !== undefined || ask.reach === 'OFF_SWITCH') return;
    ask.waitsSinceMs = nowMs;
    const deadline = { atMs: nowMs + this.waitMs(nodes), ask, sinceMs: nowMs };
    let at = this.deadlines.length;
    while (at > 0 && (this.deadlines[at - 1]?.atMs ?? 0) > deadline.atMs) at--;
    this.deadlines.splice(at, 0, deadline);
  }

  /** Asks whose wait is over; each may reach one level further. */
  due(nowMs: number): Ask[] {
    const due: Ask[] = [];
    for (let first = this.deadlines[0]; first && first.atMs <= nowMs; first = this.deadlines[0]) {
      this.deadlines.shift();
      if (!isStale(first)) due.push(first.ask);
    }
    return due;
  }

  /** When `due` will next have something; undefined: never. */
  nextMs(): number | undefined {
    for (let first = this.deadlines[0]; first && isStale(first); first = this.deadlines[0]) this.deadlines.shift();
    return this.deadlines[0]?.atMs;
  }
}

function isStale({ ask, sinceMs }: Deadline): boolean {
  return ask.waitsSinceMs !== sinceMs || ask.pending <= 0;
}

export function wider(reach: Locality): Locality {
  return reach === 'NODE_LOCAL' ? 'RACK_LOCAL' : 'OFF_SWITCH';
}
