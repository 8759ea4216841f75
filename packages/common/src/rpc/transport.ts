/**
 * Transport: what carries calls between processes, as stubs and daemons see it: bytes there and bytes back, or an error with a reason.
 * Hadoop: ipc.Client and ipc.Server. gRPC is the real one (grpc-transport.ts); a simulation passes its own, and everything above (codecs,
 * credentials, authentication, retries) stays what it is.
 */
import type { Timer } from '../clock/clock.js';
import type { Handlers } from '../records/protocols.js';
import type { Authenticate, CallCredentials } from './credentials.js';
import type { Protocol } from './protocol.js';
import type { RpcServerOptions } from './rpc-server.js';
import type { ClientTls } from './stub.js';

/** One try of one call. */
export interface UnaryCall {
  /** The gRPC service. */
  readonly service: string;
  readonly method: string;
  readonly body: Buffer;
  readonly credentials: CallCredentials;
  /** From now on, in ms. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** A connection to one server, made at the first call and again after it broke. */
export interface ClientChannel {
  /** The answer's body. Rejects with the server's own error as a YarnError, UnreachableError, or CallCancelledError once `signal` aborts. */
  unary(call: UnaryCall): Promise<Buffer>;
  /** Keeps the process alive between two tries, while nothing is open. */
  stayAlive(): Timer;
  /** Calls in flight fail. Safe to call twice. */
  close(): void;
}

/** A server of several protocols on one port. */
export interface RpcListener {
  /** Before `start`. `handlers` are called with the caller that `authenticate` has named. */
  register<P>(protocol: Protocol<P>, handlers: Handlers<P>, authenticate: Authenticate): void;
  /** Listens; resolves with the port. Rejects with CannotListenError naming address and reason. */
  start(): Promise<number>;
  /** Lets calls in flight end for `graceMs`, then cuts them off. Safe to call twice, and before `start`. */
  stop(graceMs?: number): Promise<void>;
}

export interface Transport {
  connect(address: string, tls?: ClientTls): ClientChannel;
  listen(options: RpcServerOptions): RpcListener;
}
