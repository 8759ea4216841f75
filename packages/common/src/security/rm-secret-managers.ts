/**
 * The RM's token makers. Hadoop: AMRMTokenSecretManager, NMTokenSecretManagerInRM, RMContainerTokenSecretManager,
 * ClientToAMTokenSecretManagerInRM. Keys are RollingKeys that the RM owns and advances; client-to-AM keys are one for each attempt.
 */
import type { Clock } from '../clock/clock.js';
import type { RandomSource } from '../ids/random.js';
import type { ApplicationAttemptId, NodeId } from '../records/ids.js';
import type { NMToken, Token } from '../records/records.js';
import type { RollingKeys } from './rolling-keys.js';
import {
  AMRM_TOKEN,
  CLIENT_TO_AM_TOKEN,
  CONTAINER_TOKEN,
  NM_TOKEN,
  type AMRMTokenIdentifier,
  type ContainerTokenIdentifier,
} from './token-identifiers.js';
import { KEY_BYTES, signToken, verifyToken } from './token-signature.js';

/** Tokens by which AMs call the RM. */
export class AMRMTokenSecretManager {
  constructor(
    readonly keys: RollingKeys,
    private readonly clock: Clock,
  ) {}

  /** Signed by the newest key: who gets it while a next key waits will not need another. */
  createToken(applicationAttemptId: ApplicationAttemptId): Token {
    const { keyId, bytes } = this.keys.newest;
    return signToken(AMRM_TOKEN, { applicationAttemptId, keyId }, bytes, '');
  }

  /** The token to put into an allocate answer where the caller's key (Caller.keyId) is not the newest; else undefined. */
  renewedToken(applicationAttemptId: ApplicationAttemptId, callerKeyId: number): Token | undefined {
    return callerKeyId === this.keys.newest.keyId ? undefined : this.createToken(applicationAttemptId);
  }

  /** Throws InvalidTokenError. That the attempt still lives is for the service to say. */
  verify(token: Token | undefined): AMRMTokenIdentifier {
    return verifyToken(AMRM_TOKEN, token, this.keys.known, this.clock.now());
  }
}

/** Tokens by which AMs, and the RM for an attempt, call one NM. NMs get `keys.newest` by registration and heartbeat. */
export class NMTokenSecretManager {
  constructor(readonly keys: RollingKeys) {}

  createToken(applicationAttemptId: ApplicationAttemptId, nodeId: NodeId, user: string): NMToken {
    const { keyId, bytes } = this.keys.current;
    return { nodeId, token: signToken(NM_TOKEN, { applicationAttemptId, nodeId, user, keyId }, bytes, nodeId) };
  }
}

/** Tokens that let a container be started, once, on one node. NMs get `keys.newest` as above. */
export class ContainerTokenSecretManager {
  constructor(readonly keys: RollingKeys) {}

  createToken(container: Omit<ContainerTokenIdentifier, 'masterKeyId'>): Token {
    const { keyId, bytes } = this.keys.current;
    return signToken(CONTAINER_TOKEN, { ...container, masterKeyId: keyId }, bytes, container.nodeId);
  }
}

/** A key for the clients of one attempt; the RM stores it and gives it to the AM when it registers. */
export function newClientToAMKey(random: RandomSource): Buffer {
  return random.bytes(KEY_BYTES);
}

/** The token that a client finds in the application's report. `service` is the AM's `host:port`. */
export function createClientToAMToken(
  key: Uint8Array,
  applicationAttemptId: ApplicationAttemptId,
  user: string,
  service: string,
): Token {
  return signToken(CLIENT_TO_AM_TOKEN, { applicationAttemptId, user }, key, service);
}
