/** Wires within one process: what one end writes the other gets in a later turn of the event loop, as from a socket. */
import type { Wire, WireHandler, Wires } from '../../src/umbilical/wire.js';

class MemoryWire implements Wire {
  readonly peer = 'memory';
  private other: MemoryWire | undefined;
  private handler: WireHandler | undefined;
  private early: Buffer[] = [];
  private over = false;

  static pair(): [MemoryWire, MemoryWire] {
    const ends: [MemoryWire, MemoryWire] = [new MemoryWire(), new MemoryWire()];
    [ends[0].other, ends[1].other] = [ends[1], ends[0]];
    return ends;
  }

  handle(handler: WireHandler): void {
    this.handler = handler;
    for (const bytes of this.early.splice(0)) handler.data(bytes);
  }

  write(bytes: Buffer): void {
    const { other } = this;
    setImmediate(() => other?.arrived(bytes));
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    const { other } = this;
    setImmediate(() => {
      this.handler?.ended(undefined);
      other?.close();
    });
  }

  private arrived(bytes: Buffer): void {
    if (this.over) return;
    if (this.handler) this.handler.data(bytes);
    else this.early.push(bytes);
  }
}

/** One place to listen, and wires to it. */
export function memoryWires(): Wires {
  let accept: ((wire: Wire) => void) | undefined;
  return {
    dial: () => {
      const [near, far] = MemoryWire.pair();
      setImmediate(() => (accept ? accept(far) : far.close()));
      return near;
    },
    listen: (_host, _port, accepted) => {
      accept = accepted;
      return Promise.resolve({ port: 1, close: () => Promise.resolve() });
    },
  };
}
