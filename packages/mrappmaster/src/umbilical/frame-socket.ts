/**
 * FrameSocket: one wire that carries frames instead of bytes. Both ends of the umbilical stand on it. It calls back
 * in order, each frame once; after the end, whatever its cause, it calls back no more, save once with the reason.
 */
import { encodeFrame, FrameDecoder, MAX_FRAME_BYTES, type Frame } from './frame.js';
import type { Wire } from './wire.js';

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
    private readonly wire: Wire,
    private readonly handler: FrameSocketHandler,
  ) {
    wire.handle({ data: (chunk) => this.received(chunk), ended: (error) => this.end(error) });
  }

  /** Nothing that is sent arrives any more. */
  get isOver(): boolean {
    return this.over;
  }

  /** Address of the peer, for a log line. */
  get peer(): string {
    return this.wire.peer;
  }

  /** Dropped silently once the connection is over. Throws UmbilicalProtocolError for a frame that is too long. */
  send(frame: Frame): void {
    const bytes = encodeFrame(frame);
    if (!this.over) this.wire.write(bytes);
  }

  /** The peer has proved itself: long frames are welcome. */
  trust(): void {
    this.decoder.allow(MAX_FRAME_BYTES);
  }

  /** Sends what was written, then ends. `reason` reaches the handler at once. Safe to call twice. */
  close(reason?: Error): void {
    this.wire.close();
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
    if (reason) this.wire.close();
    this.handler.ended(reason);
  }
}
