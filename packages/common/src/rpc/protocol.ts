/**
 * Protocol: one of YARN's protocols above any transport, as method names and the codecs of their bodies.
 * Hadoop: the *PB interfaces and the translators between them and the Java interfaces. gRPC is one front; one that speaks
 * Hadoop RPC needs nothing else than `dispatch`.
 */
import { FeatureNotEnabledError, messageOf, NoSuchMethodError } from '../errors.js';
import type { Caller, Handlers } from '../records/protocols.js';
import type { Message, MessageType } from './wire/message-type.js';

/** Bytes of a body to a record and back; `decode` throws InvalidMessageError. */
export interface Codec<R> {
  encode(record: R): Buffer;
  decode(bytes: Uint8Array): R;
}

export interface MethodCodec<Q, R> {
  readonly request: Codec<Q>;
  readonly response: Codec<R>;
  /** How long the server may hold this call before it answers, in ms; a client adds it to its deadline. */
  readonly holdMs?: (request: Q) => number;
}

type Codecs<P> = {
  readonly [M in keyof P]: P[M] extends (request: infer Q) => Promise<infer R> ? MethodCodec<Q, R> : never;
};

/** `P` is the interface of records/protocols that the protocol has. */
export interface Protocol<P> {
  /** Hadoop's name, as Hadoop RPC sends it. */
  readonly name: string;
  /** The gRPC service. */
  readonly service: string;
  /** All of Hadoop's methods; those without a codec are answered with FeatureNotEnabledError. */
  readonly methods: readonly string[];
  readonly codecs: Codecs<P>;
}

/** A codec from a kind of message and the two directions between it and a record. */
export function codec<M extends Message, R>(
  type: MessageType<M>,
  toProto: (record: R) => NoInfer<M>,
  fromProto: (message: NoInfer<M>) => R,
): Codec<R> {
  return { encode: (record) => type.encode(toProto(record)), decode: (bytes) => fromProto(type.decode(bytes)) };
}

/**
 * Carries out one call: body to record, handler, record to body. Rejects with what the handler throws, with
 * InvalidMessageError for a body that is no such message, NoSuchMethodError, or FeatureNotEnabledError.
 */
export async function dispatch<P>(
  protocol: Protocol<P>,
  handlers: Handlers<P>,
  method: string,
  body: Uint8Array,
  caller: Caller,
): Promise<Buffer> {
  if (!protocol.methods.includes(method)) throw new NoSuchMethodError(method, protocol.name);
  if (!Object.hasOwn(protocol.codecs, method)) throw new FeatureNotEnabledError(`${method} of ${protocol.service}`);
  const { request, response } = protocol.codecs[method as keyof P] as MethodCodec<unknown, unknown>;
  const handle = handlers[method as keyof P] as (request: unknown, caller: Caller) => unknown;
  const record = request.decode(body);
  const answer = await handle.call(handlers, record, caller);
  try {
    return response.encode(answer);
  } catch (error) {
    // Not the caller's mistake, whatever the codec calls it.
    throw new Error(`answer to ${method} cannot be encoded: ${messageOf(error)}`, { cause: error });
  }
}
