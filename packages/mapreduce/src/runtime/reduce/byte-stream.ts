/** ByteStream: an HTTP body taken by exact amounts; data waits in the socket until it is asked for. */

export class ByteStream {
  private chunk: Buffer = Buffer.alloc(0);
  private at = 0;
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, for small amounts. Rejects when the stream ends before. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.allocUnsafe(length);
    await this.pass(length, (piece, at) => piece.copy(taken, at));
    return taken;
  }

  /** Hands the next `length` bytes on in pieces as they come: valid during the call only. */
  async pass(length: number, use: (piece: Buffer, at: number) => void): Promise<void> {
    for (let done = 0; done < length;) {
      if (this.at === this.chunk.length) await this.nextChunk(length - done);
      const piece = this.chunk.subarray(this.at, this.at + length - done);
      use(piece, done);
      this.at += piece.length;
      done += piece.length;
    }
  }

  private async nextChunk(missing: number): Promise<void> {
    const next = await this.chunks.next();
    if (next.done === true) throw new Error(`connection ended with ${missing} bytes of a map output missing`);
    this.chunk = next.value;
    this.at = 0;
  }
}
