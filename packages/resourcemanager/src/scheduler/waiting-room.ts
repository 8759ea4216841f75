/**
 * WaitingRoom: asks that wait for the same thing (a host, a rack, or any node), by their size. A node that has something free asks it
 * for the first in the order of the queue that fits; sizes are few, so this looks at a handful of asks however many wait.
 */
import { fitsIn, type Resource } from '@bobbin/common';
import { compareAsks, type Ask } from './ask.js';

interface Shelf {
  readonly size: Resource;
  /** In the order of `compareAsks`. */
  readonly asks: Ask[];
}

export class WaitingRoom {
  private readonly shelves = new Map<string, Shelf>();

  get isEmpty(): boolean {
    return this.shelves.size === 0;
  }

  /** An ask must be taken out before its size changes. */
  add(ask: Ask): void {
    const key = keyOf(ask.capability);
    let shelf = this.shelves.get(key);
    if (!shelf) this.shelves.set(key, (shelf = { size: ask.capability, asks: [] }));
    const at = position(shelf.asks, ask);
    if (shelf.asks[at] !== ask) shelf.asks.splice(at, 0, ask);
  }

  remove(ask: Ask): void {
    const key = keyOf(ask.capability);
    const shelf = this.shelves.get(key);
    if (!shelf) return;
    const at = position(shelf.asks, ask);
    if (shelf.asks[at] === ask) shelf.asks.splice(at, 1);
    if (shelf.asks.length === 0) this.shelves.delete(key);
  }

  /** The first in the order of the queue that fits and that `accept` takes. */
  first(free: Resource, accept: (ask: Ask) => boolean): Ask | undefined {
    let best: Ask | undefined;
    for (const shelf of this.shelves.values()) {
      if (!fitsIn(shelf.size, free)) continue;
      for (const ask of shelf.asks) {
        if (best && compareAsks(best, ask) <= 0) break;
        if (!accept(ask)) continue;
        best = ask;
        break;
      }
    }
    return best;
  }
}

function keyOf(size: Resource): string {
  return `${size.memoryMb}/${size.vcores}`;
}

/** Where the ask stands, or would stand. */
function position(asks: readonly Ask[], ask: Ask): number {
  let low = 0;
  let high = asks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = asks[middle];
    if (other && compareAsks(other, ask) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
