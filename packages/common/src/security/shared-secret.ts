/**
 * The cluster's shared secret: one file that the operator gives to RM, NMs and trusted clients (`bobbin.security.secret-file`).
 * Client and node tokens are made from it, by whoever has it, for a short time. Hadoop has Kerberos and delegation tokens
 * here. Each kind of token is signed by a key of its own, derived from the secret.
 */
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock/clock.js';
import { ConfigurationError, messageOf } from '../errors.js';
import type { RandomSource } from '../ids/random.js';
import type { MasterKey, Token } from '../records/records.js';
import { CLIENT_TOKEN, NODE_TOKEN, type DelegationTokenIdentifier, type TokenKind } from './token-identifiers.js';
import { hmacSha256, KEY_BYTES, signToken, verifyToken } from './token-signature.js';

/** Long enough for clocks that differ and calls that are repeated; a new token costs nothing. */
const TOKEN_LIFETIME_MS = 24 * 3_600_000;

/** A shorter secret could be guessed. */
const MIN_SECRET_CHARS = 32;

/** Reads the secret. Throws ConfigurationError where the file is missing, too short, or open to other users. */
export function loadSecret(path: string): Buffer {
  let mode: number;
  let text: string;
  try {
    mode = statSync(path).mode;
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigurationError([`secret file ${path} cannot be read: ${messageOf(error)}`]);
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw new ConfigurationError([`secret file ${path} has mode ${shown}: others may use it; run chmod 600 ${path}`]);
  }
  if (text.length < MIN_SECRET_CHARS) {
    throw new ConfigurationError([
      `secret file ${path} has ${text.length} characters; at least ${MIN_SECRET_CHARS} are needed`,
    ]);
  }
  return Buffer.from(text, 'utf8');
}

/** As `loadSecret`; makes a file with a random secret, mode 0600, where there is none. Safe to race. */
export function loadOrCreateSecret(path: string, random: RandomSource): Buffer {
  try {
    statSync(path);
  } catch {
    createSecret(path, random);
  }
  return loadSecret(path);
}

function createSecret(path: string, random: RandomSource): void {
  const draft = `${path}.${random.bytes(6).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${random.bytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // Appears whole or not at all, and never replaces the one that another process made meanwhile.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Makes and verifies the tokens that stand on the secret. */
export class SharedSecret {
  private readonly keyId: number;
  /** By kind of token. */
  private readonly keys = new Map<string, MasterKey>();

  constructor(
    private readonly secret: Uint8Array,
    private readonly clock: Clock,
  ) {
    // Not a secret, but tells a token of another cluster from an altered one.
    this.keyId = createHash('sha256').update('bobbin key id').update(secret).digest().readInt32BE();
  }

  /** For a person or tool named `user`. */
  clientToken(user: string, lifetimeMs = TOKEN_LIFETIME_MS): Token {
    return this.sign(CLIENT_TOKEN, user, lifetimeMs);
  }

  /** For a NodeManager; `host` is for messages only. */
  nodeToken(host: string, lifetimeMs = TOKEN_LIFETIME_MS): Token {
    return this.sign(NODE_TOKEN, host, lifetimeMs);
  }

  /** The user. Throws InvalidTokenError. */
  verifyClient(token: Token | undefined): string {
    return verifyToken(CLIENT_TOKEN, token, [this.keyOf(CLIENT_TOKEN)], this.clock.now()).owner;
  }

  /** Throws InvalidTokenError. */
  verifyNode(token: Token | undefined): void {
    verifyToken(NODE_TOKEN, token, [this.keyOf(NODE_TOKEN)], this.clock.now());
  }

  private sign(kind: TokenKind<DelegationTokenIdentifier>, owner: string, lifetimeMs: number): Token {
    const now = this.clock.now();
    const { keyId, bytes } = this.keyOf(kind);
    return signToken(kind, { owner, issuedAtMs: now, expiresAtMs: now + lifetimeMs, keyId }, bytes, '');
  }

  private keyOf({ kind }: TokenKind<DelegationTokenIdentifier>): MasterKey {
    let key = this.keys.get(kind);
    if (!key) {
      key = { keyId: this.keyId, bytes: hmacSha256(this.secret, Buffer.from(`bobbin ${kind}`)) };
      this.keys.set(kind, key);
    }
    return key;
  }
}
