/**
 * createStub: a protocol's interface, each method a call to one server. Hadoop: RMProxy, ServerProxy, ipc.Client.
 * Each call has a deadline; where nothing answers, or the server says "not now", it is repeated with growing pauses until
 * `retry.maxWaitMs` is over (YARN's calls may be repeated: submit by id, allocate by response id). The channel connects anew by
 * itself when the server comes back.
 */
import { delay, systemClock, type Clock } from '../clock/clock.js';
import { CallCancelledError, UnreachableError, YarnError } from '../errors.js';
import type { CallCredentials } from './credentials.js';
import { grpcTransport } from './grpc-transport.js';
import type { MethodCodec, Protocol } from './protocol.js';
import type { ClientChannel, Transport } from './transport.js';

export interface RetryOptions {
  /** From the first failure on, in ms; 0 gives up at once. Hadoop: yarn.resourcemanager.connect.max-wait.ms. */
  readonly maxWaitMs: number;
  /** The same for a server that has answered before: it is likely to come back. @default maxWaitMs */
  readonly maxWaitOnceHeardMs?: number;
  /** Called once in each gap, when it has lasted a second, and once more when the server answers again. */
  readonly onGap?: (gap: ServerGap) => void;
  /** Pause before the first repetition; each later one is twice as long. @default 50 */
  readonly firstPauseMs?: number;
  /** @default 1000 */
  readonly maxPauseMs?: number;
}

/** A server that is called again and again. */
export interface ServerGap {
  /** `host:port`. */
  readonly address: string;
  readonly isOver: boolean;
  /** How long it is called before the call fails, in ms. */
  readonly maxWaitMs: number;
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
  /** @default gRPC */
  readonly transport?: Transport;
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
const GAP_TOLD_AFTER_MS = 1000;

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
  private readonly channel: ClientChannel;
  private readonly clock: Clock;
  private isHeard = false;
  private isGapTold = false;

  constructor(
    private readonly service: string,
    private readonly options: StubOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.channel = (options.transport ?? grpcTransport).connect(options.address, options.tls);
  }

  close(): void {
    this.channel.close();
  }

  async call(
    method: string,
    codec: MethodCodec<unknown, unknown>,
    request: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const body = codec.request.encode(request);
    const deadlineMs = (this.options.deadlineMs ?? DEFAULT_DEADLINE_MS) + (codec.holdMs?.(request) ?? 0);
    const { firstPauseMs = 50, maxPauseMs = 1000 } = this.options.retry ?? {};
    let failingSince: number | undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      try {
        const answer = await this.once(method, body, deadlineMs, signal);
        this.heard();
        return codec.response.decode(answer);
      } catch (error) {
        if (!(error instanceof UnreachableError || error instanceof CallCancelledError)) this.heard();
        if (!(error instanceof YarnError) || !error.retriable) throw error;
        const now = this.clock.monotonic();
        failingSince ??= now;
        if (now + pauseMs - failingSince > this.maxWaitMs) throw gaveUp(error, now - failingSince);
        if (error instanceof UnreachableError && now - failingSince >= GAP_TOLD_AFTER_MS) this.tellGap(true);
      }
      await this.pause(pauseMs, method, signal);
    }
  }

  private get maxWaitMs(): number {
    const { maxWaitMs = 0, maxWaitOnceHeardMs = maxWaitMs } = this.options.retry ?? {};
    return this.isHeard ? maxWaitOnceHeardMs : maxWaitMs;
  }

  private heard(): void {
    this.isHeard = true;
    this.tellGap(false);
  }

  private tellGap(isGap: boolean): void {
    if (isGap === this.isGapTold) return;
    this.isGapTold = isGap;
    const { address, retry } = this.options;
    retry?.onGap?.({ address, isOver: !isGap, maxWaitMs: this.maxWaitMs });
  }

  private once(method: string, body: Buffer, deadlineMs: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const { credentials: given } = this.options;
    const credentials = typeof given === 'function' ? given() : given;
    return this.channel.unary({
      service: this.service,
      method,
      body,
      credentials,
      deadlineMs,
      ...(signal && { signal }),
    });
  }

  private async pause(pauseMs: number, method: string, signal: AbortSignal | undefined): Promise<void> {
    // Between two tries nothing is open; a command that waits for its RM must not end here.
    const alive = this.channel.stayAlive();
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
