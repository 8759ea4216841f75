/**
 * Who may talk on an umbilical: both sides prove that they know the job token, over nonces of both, before the first call.
 * Hadoop: SASL DIGEST with the job token (JobTokenSecretManager). The child names its container, the proofs bind it.
 *
 *   child  -> AM     { hello: 'bobbin-umbilical', version: 1, containerId, nonce }
 *   AM     -> child  { nonce, proof: HMAC('server' ...) }
 *   child  -> AM     { proof: HMAC('client' ...) }
 *   AM     -> child  { welcome: true }      (or { refused: reason }, then the connection ends)
 *
 * Pure: frames in, frames out; sockets and time limits are the callers'. Every step throws UmbilicalProtocolError for what
 * is malformed. A wrong proof of the child is UmbilicalRefusedError, and final; a stranger at the AM's address is not, for the
 * AM may yet come back. Nonces and proofs are base64 of 32 bytes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { toContainerId, type ContainerId, type RandomSource } from '@bobbin/common';
import { UmbilicalProtocolError, UmbilicalRefusedError } from '../errors.js';
import type { Frame } from './frame.js';

const GREETING = 'bobbin-umbilical';
const VERSION = 1;
const SECRET_BYTES = 32;

type Role = 'client' | 'server';

interface Exchange {
  readonly containerId: ContainerId;
  readonly clientNonce: Buffer;
  readonly serverNonce: Buffer;
}

/** HMAC-SHA256 over everything both sides said. The role keeps a proof from being sent back to its maker. */
function proofOf(jobToken: Uint8Array, role: Role, exchange: Exchange): Buffer {
  return createHmac('sha256', jobToken)
    .update(`${GREETING} ${VERSION}\n${role}\n${exchange.containerId}\n`)
    .update(exchange.clientNonce)
    .update(exchange.serverNonce)
    .digest();
}

/** The child's half. Call `hello`, `answer`, `finish` in this order. */
export class ClientHandshake {
  private readonly nonce: Buffer;

  constructor(
    private readonly containerId: ContainerId,
    private readonly jobToken: Uint8Array,
    random: RandomSource,
  ) {
    this.nonce = random.bytes(SECRET_BYTES);
  }

  hello(): Frame {
    return { hello: GREETING, version: VERSION, containerId: this.containerId, nonce: this.nonce.toString('base64') };
  }

  /** Takes the AM's challenge; throws where the AM's own proof is wrong, so that a stranger gets no task of ours. */
  answer(challenge: Frame): Frame {
    refuseIfTold(challenge);
    const exchange = {
      containerId: this.containerId,
      clientNonce: this.nonce,
      serverNonce: secretField(challenge, 'nonce'),
    };
    if (!timingSafeEqual(secretField(challenge, 'proof'), proofOf(this.jobToken, 'server', exchange))) {
      throw new UmbilicalProtocolError('who answers at the address of the AM does not know the job token');
    }
    return { proof: proofOf(this.jobToken, 'client', exchange).toString('base64') };
  }

  finish(welcome: Frame): void {
    refuseIfTold(welcome);
    if (welcome['welcome'] !== true) throw new UmbilicalProtocolError('the AM neither welcomed nor refused');
  }
}

/** The AM's half. Call `challenge`, `verify` in this order. */
export class ServerHandshake {
  private exchange: Exchange | undefined;

  constructor(
    private readonly jobToken: Uint8Array,
    private readonly random: RandomSource,
  ) {}

  challenge(hello: Frame): Frame {
    if (hello['hello'] !== GREETING || hello['version'] !== VERSION) {
      throw new UmbilicalProtocolError(`a child must begin with hello '${GREETING}', version ${VERSION}`);
    }
    const exchange = {
      containerId: toContainerId(String(hello['containerId'])),
      clientNonce: secretField(hello, 'nonce'),
      serverNonce: this.random.bytes(SECRET_BYTES),
    };
    this.exchange = exchange;
    return {
      nonce: exchange.serverNonce.toString('base64'),
      proof: proofOf(this.jobToken, 'server', exchange).toString('base64'),
    };
  }

  /** The container whose child this is. */
  verify(frame: Frame): ContainerId {
    const exchange = this.exchange;
    if (!exchange) throw new UmbilicalProtocolError('a proof came before the hello');
    if (!timingSafeEqual(secretField(frame, 'proof'), proofOf(this.jobToken, 'client', exchange))) {
      throw new UmbilicalRefusedError(`the child of ${exchange.containerId} does not know the job token`);
    }
    return exchange.containerId;
  }
}

function secretField(frame: Frame, name: 'nonce' | 'proof'): Buffer {
  const value = frame[name];
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
  if (bytes.length !== SECRET_BYTES) {
    throw new UmbilicalProtocolError(`field '${name}' of a handshake must be ${SECRET_BYTES} bytes in base64`);
  }
  return bytes;
}

function refuseIfTold(frame: Frame): void {
  if (typeof frame['refused'] === 'string') throw new UmbilicalRefusedError(`the AM refused: ${frame['refused']}`);
}
