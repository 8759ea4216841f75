/**
 * The umbilical's framing: a uint32 big-endian length, then that many bytes of UTF-8 JSON. What Hadoop's ipc.Server does
 * with delimited protobufs. A decoder takes chunks as the socket gives them, torn anywhere; what is too long, empty or no
 * JSON object is refused with UmbilicalProtocolError, after which the connection is of no use.
 */
import { UmbilicalProtocolError } from '../errors.js';

/** One message. What its fields mean is for the handshake and the calls to say. */
export type Frame = Readonly<Record<string, unknown>>;

const HEADER_BYTES = 4;

/** Before a peer has proved itself it may send no more than this. */
export const HANDSHAKE_FRAME_BYTES = 4096;
/** The longest frame of a call or an answer. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Throws UmbilicalProtocolError where the text would exceed `maxBytes`: the peer would drop the connection. */
export function encodeFrame(frame: Frame, maxBytes = MAX_FRAME_BYTES): Buffer {
  const text = JSON.stringify(frame);
  const length = Buffer.byteLength(text);
  if (length > maxBytes) {
    throw new UmbilicalProtocolError(`a frame of ${length} bytes is too long to send; the limit is ${maxBytes}`);
  }
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(text, HEADER_BYTES);
  return bytes;
}

/** Cuts a byte stream into frames. One for each connection. */
export class FrameDecoder {
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Bytes needed before anything can be decided: a header, or a header and its body. */
  private wanted = HEADER_BYTES;

  constructor(private maxBytes = HANDSHAKE_FRAME_BYTES) {}

  /** From now on frames may have this length. */
  allow(maxBytes: number): void {
    this.maxBytes = maxBytes;
  }

  /** Takes a copy-free hold of `chunk`; the next whole frame comes from `next`. */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
  }

  /** The next whole frame, or undefined until more was pushed. Throws UmbilicalProtocolError. */
  next(): Frame | undefined {
    while (this.buffered >= this.wanted) {
      const bytes = this.joined();
      const length = bytes.readUInt32BE(0);
      if (length === 0 || length > this.maxBytes) {
        throw new UmbilicalProtocolError(
          `a frame announces ${length} bytes; between 1 and ${this.maxBytes} are allowed`,
        );
      }
      const end = HEADER_BYTES + length;
      if (bytes.length < end) {
        this.wanted = end;
        return undefined;
      }
      this.keep(bytes.subarray(end));
      return parse(bytes.toString('utf8', HEADER_BYTES, end));
    }
    return undefined;
  }

  private joined(): Buffer {
    const [first] = this.chunks;
    const bytes = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks, this.buffered);
    this.chunks = [bytes];
    return bytes;
  }

  private keep(rest: Buffer): void {
    this.chunks = rest.length > 0 ? [rest] : [];
    this.buffered = rest.length;
    this.wanted = HEADER_BYTES;
  }
}

function parse(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UmbilicalProtocolError(`a frame is no JSON; it begins '${text.slice(0, 40)}'`, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UmbilicalProtocolError(`a frame is no JSON object; it begins '${text.slice(0, 40)}'`);
  }
  return value as Frame;
}
