/**
 * createStub: a protocol's interface, each method a call to one server. Hadoop: RMProxy, ServerProxy, ipc.Client.
 * Each call has a deadline; where nothing answers, or the server says "not now", it is repeated with growing pauses until
 * `retry.maxWaitMs` is over (YARN's calls may be repeated: submit by id, allocate by response id). The channel connects anew by
 * itself when the server comes back.
 */
import { Client, credentials as channelCredentials, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import { delay, stayAlive, systemClock, type Clock } from '../clock/clock.js';
import { CallCancelledError, UnreachableError, YarnError } from '../errors.js';
import { toMetadata, type CallCredentials } from './credentials.js';
import type { MethodCodec, Protocol } from './protocol.js';
import { MAX_MESSAGE_BYTES, rawUnaryMethod } from './rpc-server.js';
import { fromServiceError } from './status.js';

export interface RetryOptions {
  /** From the first failure on, in ms; 0 gives up at once. Hadoop: yarn.resourcemanager.connect.max-wait.ms. */
  readonly maxWaitMs: number;
  /** Pause before the first repetition; each later one is twice as long. @default 50 */
  readonly firstPauseMs?: number;
  /** @default 1000 */
  readonly maxPauseMs?: number;
}

export interface ClientTls {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface StubOptions {
  /** `host:port`. */
  readonly address: string;
  /** A function is asked at each call: for tokens that roll. */
  readonly credentials: CallCredentials | (() => CallCredentials);
  /** For one attempt; a call that the server may hold gets its hold on top. @default 20000 */
  readonly deadlineMs?: number;
  /** @default no repetition */
  readonly retry?: RetryOptions;
  readonly clock?: Clock;
  readonly tls?: ClientTls;
}

export interface CallOptions {
  /** Aborting it rejects the call with CallCancelledError; the server may have carried it out. */
  readonly signal?: AbortSignal;
}

/** `P` with a second, optional argument for each method, and `close`. */
export type Stub<P> = {
  readonly [M in keyof P]: P[M] extends (request: infer Q) => Promise<infer R>
    ? (request: Q, options?: CallOptions) => Promise<R>
    : never;
} & {
  /** Ends the connection; calls in flight fail. Safe to call twice. */
  close(): void;
};

const DEFAULT_DEADLINE_MS = 20_000;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // A server that comes back is found within a second.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A held call on a connection whose other end vanished must notice.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
};

/** Connects at the first call. Rejections of its methods are YarnErrors: the server's own, or UnreachableError. */
export function createStub<P>(protocol: Protocol<P>, options: StubOptions): Stub<P> {
  const caller = new StubCaller(protocol.service, options);
  const methods = Object.entries<MethodCodec<unknown, unknown>>(protocol.codecs).map(
    ([method, codec]) =>
      [method, (request: unknown, call?: CallOptions) => caller.call(method, codec, request, call?.signal)] as const,
  );
  return { ...Object.fromEntries(methods), close: () => caller.close() } as Stub<P>;
}

class StubCaller {
  private readonly client: Client;
  private readonly clock: Clock;

  constructor(
    private readonly service: string,
    private readonly options: StubOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    const { tls } = options;
    const secured = tls
      ? channelCredentials.createSsl(tls.ca, tls.key ?? null, tls.cert ?? null)
      : channelCredentials.createInsecure();
    this.client = new Client(options.address, secured, CHANNEL_OPTIONS);
  }

  close(): void {
    this.client.close();
  }

  async call(
    method: string,
    codec: MethodCodec<unknown, unknown>,
    request: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const body = codec.request.encode(request);
    const deadlineMs = (this.options.deadlineMs ?? DEFAULT_DEADLINE_MS) + (codec.holdMs?.(request) ?? 0);
    const { maxWaitMs = 0, firstPauseMs = 50, maxPauseMs = 1000 } = this.options.retry ?? {};
    let failingSince: number | undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      try {
        return codec.response.decode(await this.once(method, body, deadlineMs, signal));
      } catch (error) {
        if (!(error instanceof YarnError) || !error.retriable) throw error;
        const now = this.clock.monotonic();
        failingSince ??= now;
        if (now + pauseMs - failingSince > maxWaitMs) throw gaveUp(error, now - failingSince);
      }
      await this.pause(pauseMs, method, signal);
    }
  }

  private once(method: string, body: Buffer, deadlineMs: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const { path, requestSerialize, responseDeserialize } = rawUnaryMethod(this.service, method);
    const { address, credentials } = this.options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new CallCancelledError(method));
        return;
      }
      const metadata = toMetadata(typeof credentials === 'function' ? credentials() : credentials);
      // gRPC takes its deadline by the machine's clock, whatever clock paces the repetitions.
      const deadline = systemClock.now() + deadlineMs;
      const done = (error: ServiceError | null, answer?: Buffer): void => {
        signal?.removeEventListener('abort', cancel);
        if (error === null && answer !== undefined) resolve(answer);
        else if (signal?.aborted) reject(new CallCancelledError(method));
        else if (error !== null) reject(fromServiceError(error, method, address));
        else reject(new UnreachableError(`${method} at ${address} was answered with nothing`));
      };
      const call = this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        body,
        metadata,
        { deadline },
        done,
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  private async pause(pauseMs: number, method: string, signal: AbortSignal | undefined): Promise<void> {
    // Between two tries nothing is open; a command that waits for its RM must not end here.
    const alive = stayAlive();
    const over = new AbortController();
    try {
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new CallCancelledError(method)), { signal: over.signal });
      });
      await Promise.race([delay(this.clock, pauseMs), aborted]);
    } finally {
      over.abort();
      alive.cancel();
    }
  }
}

/** Says how long was tried, where it was tried more than once. */
function gaveUp(error: YarnError, triedMs: number): YarnError {
  if (!(error instanceof UnreachableError) || triedMs <= 0) return error;
  return new UnreachableError(`${error.message} (tried for ${(triedMs / 1000).toFixed(1)} s)`, error.cause);
}
