/**
 * The NM's token verifiers. Hadoop: NMTokenSecretManagerInNM, NMContainerTokenSecretManager. Keys come from the RM; the one
 * before stays good. For NM tokens the key by which an attempt last called stays good as long as the attempt does, so that a
 * long-running AM keeps working. The states are values that the NM stores after each change.
 */
import type { Clock } from '../clock/clock.js';
import { InvalidTokenError } from '../errors.js';
import type { ApplicationAttemptId, NodeId } from '../records/ids.js';
import type { MasterKey, Token } from '../records/records.js';
import {
  CONTAINER_TOKEN,
  NM_TOKEN,
  type ContainerTokenIdentifier,
  type NMTokenIdentifier,
} from './token-identifiers.js';
import { verifyToken } from './token-signature.js';

/** Keys received from the RM. */
export interface ReceivedKeys {
  readonly current?: MasterKey;
  readonly previous?: MasterKey;
}

export interface NMTokenKeys extends ReceivedKeys {
  readonly attempts: Readonly<Record<ApplicationAttemptId, MasterKey>>;
}

/** `received` with the RM's key as current; the same key again changes nothing. */
export function withMasterKey<K extends ReceivedKeys>(received: K, key: MasterKey): K {
  if (received.current?.keyId === key.keyId) return { ...received, current: key };
  return { ...received, current: key, ...(received.current && { previous: received.current }) };
}

function known({ current, previous }: ReceivedKeys): MasterKey[] {
  return [current, previous].filter((key) => key !== undefined);
}

/** Tells who calls this NM. */
export class NMTokenSecretManagerInNM {
  private kept: NMTokenKeys;

  constructor(
    private readonly nodeId: () => NodeId,
    private readonly clock: Clock,
    state: NMTokenKeys = { attempts: {} },
  ) {
    this.kept = state;
  }

  get state(): NMTokenKeys {
    return this.kept;
  }

  setMasterKey(key: MasterKey): void {
    this.kept = withMasterKey(this.kept, key);
  }

  /** Throws InvalidTokenError, also for a token made for another node. */
  verify(token: Token | undefined): NMTokenIdentifier {
    const keys = [...known(this.kept), ...Object.values<MasterKey>(this.kept.attempts)];
    const identifier = verifyToken(NM_TOKEN, token, keys, this.clock.now());
    const here = this.nodeId();
    if (identifier.nodeId !== here) {
      throw new InvalidTokenError(`NMToken for ${identifier.nodeId} shown to ${here}; use the token of this node`);
    }
    return identifier;
  }

  /** Keeps the key good for this attempt until `forget`. True where the state has changed. Call after a start of a container. */
  keepKeyOf({ applicationAttemptId, keyId }: Pick<NMTokenIdentifier, 'applicationAttemptId' | 'keyId'>): boolean {
    const key = known(this.kept).find((candidate) => candidate.keyId === keyId);
    if (key === undefined || this.kept.attempts[applicationAttemptId]?.keyId === keyId) return false;
    this.kept = { ...this.kept, attempts: { ...this.kept.attempts, [applicationAttemptId]: key } };
    return true;
  }

  /** True where the state has changed. */
  forget(applicationAttemptId: ApplicationAttemptId): boolean {
    if (!Object.hasOwn(this.kept.attempts, applicationAttemptId)) return false;
    const attempts = Object.entries<MasterKey>(this.kept.attempts).filter(([id]) => id !== applicationAttemptId);
    this.kept = { ...this.kept, attempts: Object.fromEntries(attempts) };
    return true;
  }
}

/** Tells whether a container may be started here. */
export class NMContainerTokenSecretManager {
  private kept: ReceivedKeys;

  constructor(
    private readonly nodeId: () => NodeId,
    private readonly clock: Clock,
    state: ReceivedKeys = {},
  ) {
    this.kept = state;
  }

  get state(): ReceivedKeys {
    return this.kept;
  }

  setMasterKey(key: MasterKey): void {
    this.kept = withMasterKey(this.kept, key);
  }

  /** Throws InvalidTokenError, also for an expired token or one for another node. Replay and rmIdentifier are the caller's. */
  verify(token: Token | undefined): ContainerTokenIdentifier {
    const identifier = verifyToken(CONTAINER_TOKEN, token, known(this.kept), this.clock.now());
    const here = this.nodeId();
    if (identifier.nodeId !== here) {
      throw new InvalidTokenError(
        `ContainerToken of ${identifier.containerId} is for ${identifier.nodeId}, and this is ${here}`,
      );
    }
    return identifier;
  }
}
