/**
 * ShuffleClient: asks one host's shuffle server for the segments of one partition, several maps in a request. Hadoop: the network half
 * of reduce.Fetcher. Both sides prove that they know the shuffle secret: `UrlHash` over the port and path asked for,
 * `ReplyHash` over that hash.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import type { JobId, TaskAttemptId } from '@bobbin/common';
import { ByteStream } from './byte-stream.js';

export interface ShuffleClientSettings {
  readonly jobId: JobId;
  readonly partition: number;
  readonly secret: Uint8Array;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
}

/** The host did not answer as a shuffle server does; `CONNECTION` is charged to all maps asked for. */
export class FetchConnectError extends Error {
  constructor(
    message: string,
    override readonly cause?: unknown,
    /** The server asked to come back after this time. */
    readonly retryAfterMs?: number,
    /** Somebody is there, and will not give what was asked for. */
    readonly isAnswer = false,
  ) {
    super(message);
    this.name = 'FetchConnectError';
  }
}

export class ShuffleClient {
  constructor(private readonly settings: ShuffleClientSettings) {}

  /**
   * Sends the request and checks the answer's head. `read` gets the body; the connection ends when it is done. `address`: `host:port`.
   * Rejects with FetchConnectError before the body, with what `read` threw after.
   */
  async fetch(
    address: string,
    maps: readonly TaskAttemptId[],
    read: (body: ByteStream) => Promise<void>,
  ): Promise<void> {
    const { jobId, partition, secret } = this.settings;
    const path = `/mapOutput?job=${jobId}&reduce=${partition}&map=${maps.join(',')}`;
    const port = /:(\d+)$/.exec(address)?.[1] ?? '';
    const urlHash = createHmac('sha1', secret)
      .update(port + path)
      .digest('base64');
    const response = await this.connect(`http://${address}${path}`, urlHash);
    try {
      const replyHash = createHmac('sha1', secret).update(urlHash).digest();
      this.checkHead(address, response, replyHash);
      await read(new ByteStream(response));
    } finally {
      response.destroy();
    }
  }

  private connect(url: string, urlHash: string): Promise<IncomingMessage> {
    const { connectTimeoutMs, readTimeoutMs } = this.settings;
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(new FetchConnectError(`cannot fetch from ${url.slice(0, 200)}`, cause));
      try {
        const request = get(url, {
          agent: false,
          timeout: connectTimeoutMs,
          headers: { name: 'mapreduce', version: '1.0.0', UrlHash: urlHash },
        });
        request.on('error', fail);
        request.on('timeout', () => request.destroy(new Error(`no answer for ${connectTimeoutMs} ms`)));
        request.on('response', (response) => {
          // From here on errors belong to the body's reader, which sees them too.
          request.setTimeout(readTimeoutMs);
          response.on('error', () => undefined);
          resolve(response);
        });
      } catch (error) {
        fail(error);
      }
    });
  }

  private checkHead(address: string, response: IncomingMessage, replyHash: Buffer): void {
    const { statusCode, headers } = response;
    if (statusCode === 429) {
      const seconds = Number(headers['retry-after']);
      throw new FetchConnectError(`${address} is busy`, undefined, Number.isFinite(seconds) ? seconds : 1000);
    }
    if (statusCode !== 200) {
      throw refusal(`${address} answered ${statusCode} to a fetch of map output`);
    }
    if (headers['name'] !== 'mapreduce' || headers['version'] !== '1.0.0') {
      throw refusal(`${address} is no MapReduce shuffle server of version 1.0.0`);
    }
    const given = Buffer.from(String(headers['replyhash'] ?? ''), 'base64');
    if (given.length !== replyHash.length || !timingSafeEqual(given, replyHash)) {
      throw refusal(`${address} does not know the job's shuffle secret`);
    }
  }
}

function refusal(message: string): FetchConnectError {
  return new FetchConnectError(message, undefined, undefined, true);
}
