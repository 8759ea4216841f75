/**
 * Wire: the bytes under an umbilical, in order, between one child and its AM. TCP is the real one (`tcpWires`); a simulation passes its
 * own, and everything above (frames, proofs, calls, trying again) stays what it is.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface WireHandler {
  data(chunk: Buffer): void;
  /** Once, whoever ended it, also where no connection came about; with the reason unless it was ended in good order. */
  ended(error: Error | undefined): void;
}

export interface Wire {
  /** Address of the other end, for a log line. */
  readonly peer: string;
  /** Called once, before the wire can carry anything. */
  handle(handler: WireHandler): void;
  /** Waits until there is a connection; lost where the wire has ended. */
  write(bytes: Buffer): void;
  /** Ends once everything written is sent. Safe to call twice. */
  close(): void;
}

export interface WireListener {
  readonly port: number;
  /** Takes no further wires. Resolves when those taken have ended. */
  close(): Promise<void>;
}

export interface Wires {
  dial(host: string, port: number): Wire;
  /** `port` 0 takes a free one. Rejects where it cannot listen; `failed` hears of what goes wrong later. */
  listen(
    host: string,
    port: number,
    accept: (wire: Wire) => void,
    failed: (error: Error) => void,
  ): Promise<WireListener>;
}

class TcpWire implements Wire {
  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
  }

  get peer(): string {
    return `${this.socket.remoteAddress ?? 'unknown'}:${this.socket.remotePort ?? 0}`;
  }

  handle(handler: WireHandler): void {
    this.socket.on('data', (chunk: Buffer) => handler.data(chunk));
    let reason: Error | undefined;
    this.socket.on('error', (error) => (reason = error));
    this.socket.on('close', () => handler.ended(reason));
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroySoon();
  }
}

export const tcpWires: Wires = {
  dial: (host, port) => new TcpWire(connect({ host, port })),
  listen: (host, port, accept, failed) =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => accept(new TcpWire(socket)));
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', failed);
        const { port: bound } = server.address() as AddressInfo;
        resolve({ port: bound, close: () => new Promise((closed) => server.close(() => closed())) });
      });
    }),
};
