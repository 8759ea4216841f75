/**
 * FrameSocket: one TCP connection that carries frames instead of bytes. Both ends of the umbilical stand on it. It calls back
 * in order, each frame once; after the end, whatever its cause, it calls back no more, save once with the reason.
 */
import type { Socket } from 'node:net';
import { encodeFrame, FrameDecoder, MAX_FRAME_BYTES, type Frame } from './frame.js';

export interface FrameSocketHandler {
  /** What it throws ends the connection, and is the reason given to `ended`. */
  frame(frame: Frame): void;
  /** Undefined: closed by the peer or by `close`, between frames. */
  ended(reason: Error | undefined): void;
}

export class FrameSocket {
  private readonly decoder = new FrameDecoder();
  private over = false;

  constructor(
    private readonly socket: Socket,
    private readonly handler: FrameSocketHandler,
  ) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(undefined));
  }

  /** Address of the peer, for a log line. */
  get peer(): string {
    return `${this.socket.remoteAddress ?? 'unknown'}:${this.socket.remotePort ?? 0}`;
  }

  /** Dropped silently once the connection is over. Throws UmbilicalProtocolError for a frame that is too long. */
  send(frame: Frame): void {
    const bytes = encodeFrame(frame);
    if (!this.over) this.socket.write(bytes);
  }

  /** The peer has proved itself: long frames are welcome. */
  trust(): void {
    this.decoder.allow(MAX_FRAME_BYTES);
  }

  /** Sends what was written, then ends. `reason` reaches the handler at once. Safe to call twice. */
  close(reason?: Error): void {
    this.socket.destroySoon();
    this.end(reason);
  }

  private received(chunk: Buffer): void {
    if (this.over) return;
    try {
      this.decoder.push(chunk);
      for (let frame = this.decoder.next(); frame && !this.over; frame = this.decoder.next()) this.handler.frame(frame);
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private end(reason: Error | undefined): void {
    if (this.over) return;
    this.over = true;
    if (reason) this.socket.destroySoon();
    this.handler.ended(reason);
  }
}
