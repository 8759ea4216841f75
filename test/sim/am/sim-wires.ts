/** simWires: the umbilical's wires over the simulated net, for one process at either end. Frames, proofs and tries above them are the real ones. */
import type { Wire, WireHandler, Wires } from '@bobbin/mrappmaster';
import { ProcessDied, type SimProcess } from '../machine.js';
import type { SimSocket } from '../net.js';

export function simWires(process: SimProcess): Wires {
  const { net } = process.machine;
  return {
    dial: (host, port) => {
      const wire = new SimWire(`${host}:${port}`);
      net.dial(process, wire.peer).then(
        (socket) => wire.connected(socket),
        (error: Error) => wire.failed(error),
      );
      return wire;
    },
    listen: (_, wanted, accept) => {
      const port = net.acceptSockets(process, wanted, (socket) => {
        const wire = new SimWire(socket.peer);
        wire.connected(socket);
        accept(wire);
      });
      const close = (): Promise<void> => {
        net.unbind(process, port);
        return Promise.resolve();
      };
      return Promise.resolve({ port, close });
    },
  };
}

class SimWire implements Wire {
  private handler: WireHandler | undefined;
  private socket: SimSocket | undefined;
  private readonly waiting: Buffer[] = [];
  private isClosed = false;

  constructor(readonly peer: string) {}

  handle(handler: WireHandler): void {
    this.handler = handler;
  }

  /** Death may strike here; what writes is then part of a dead process, and not told. */
  write(bytes: Buffer): void {
    try {
      if (this.socket) this.socket.send(bytes);
      else this.waiting.push(bytes);
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
    }
  }

  close(): void {
    this.isClosed = true;
    this.socket?.close();
  }

  connected(socket: SimSocket): void {
    this.socket = socket;
    socket.onMessage = (bytes) => this.handler?.data(bytes);
    socket.onClose = () => this.handler?.ended(undefined);
    for (const bytes of this.waiting.splice(0)) this.write(bytes);
    if (this.isClosed) socket.close();
  }

  failed(error: Error): void {
    this.handler?.ended(error);
  }
}
