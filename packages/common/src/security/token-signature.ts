/**
 * Signing and verifying of tokens: password = HMAC-SHA256(key, identifier). Hadoop: security.token.SecretManager (HMAC-SHA1
 * there; nobody but the maker checks). Refusals say which of kind, key, signature and time is wrong, and for whom.
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { InvalidTokenError, messageOf } from '../errors.js';
import type { MasterKey, Token } from '../records/records.js';
import type { TokenKind } from './token-identifiers.js';

/** Length of each key that is made here. */
export const KEY_BYTES = 32;

/** Keys as the signer takes them: to make one of bytes costs four times the signature, and each call carries one. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

/** Also for nonces: whoever has the key can answer with this. The bytes of a key never change. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Buffer {
  let ready = prepared.get(key);
  if (!ready) {
    ready = createSecretKey(key);
    prepared.set(key, ready);
  }
  return createHmac('sha256', ready).update(bytes).digest();
}

/** In constant time for equal lengths. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `service` is the `host:port` that will accept it, or empty. */
export function signToken<I>(kind: TokenKind<I>, identifier: I, key: Uint8Array, service: string): Token {
  const bytes = kind.identifier.encode(identifier);
  return { identifier: bytes, password: hmacSha256(key, bytes), kind: kind.kind, service };
}

/** What a verifier knows of keys: all of those it would accept a signature by. */
export type KnownKeys = readonly MasterKey[];

/**
 * The identifier of a token that one of `keys` has signed and that has not expired. Throws InvalidTokenError otherwise.
 * Kinds without key ids are tried with each key.
 */
export function verifyToken<I>(kind: TokenKind<I>, token: Token | undefined, keys: KnownKeys, nowMs: number): I {
  if (token === undefined) throw new InvalidTokenError(`no token shown; a ${kind.kind} token is needed`);
  if (token.kind !== kind.kind) {
    throw new InvalidTokenError(`token of kind '${token.kind}' shown where one of kind '${kind.kind}' is needed`);
  }
  const identifier = readIdentifier(kind, token);
  const subject = `${kind.kind} token for ${kind.subject(identifier)}`;
  const keyId = kind.keyId?.(identifier);
  const candidates = keyId === undefined ? keys : keys.filter((key) => key.keyId === keyId);
  if (candidates.length === 0) {
    throw new InvalidTokenError(
      `${subject} is signed by key ${keyId}, which is unknown here: made elsewhere, or too old`,
    );
  }
  if (!candidates.some((key) => sameBytes(hmacSha256(key.bytes, token.identifier), token.password))) {
    throw new InvalidTokenError(`${subject} was altered, or made with another secret: its signature is wrong`);
  }
  const expiresAtMs = kind.expiresAtMs?.(identifier);
  if (expiresAtMs !== undefined && nowMs > expiresAtMs) {
    throw new InvalidTokenError(`${subject} expired at ${new Date(expiresAtMs).toISOString()}; get a new one`);
  }
  return identifier;
}

function readIdentifier<I>(kind: TokenKind<I>, token: Token): I {
  try {
    return kind.identifier.decode(token.identifier);
  } catch (error) {
    throw new InvalidTokenError(`identifier of a ${kind.kind} token cannot be read: ${messageOf(error)}`);
  }
}
