/**
 * RMSecurity: the keys of the ResourceManager and the tokens made with them. Hadoop: RMSecretManagerService. AMRM keys are stored, so that AMs
 * survive a restart; those of NM and container tokens are made anew and given to each node when it registers, as in YARN. Keys roll by
 * the clock; `advance` does what is due.
 */
import {
  AMRMTokenSecretManager,
  ContainerTokenSecretManager,
  createClientToAMToken,
  NMTokenSecretManager,
  RollingKeys,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type KeyState,
  type NMToken,
  type NodeId,
  type RandomSource,
  type Timer,
  type Token,
} from '@bobbin/common';
import type { RMConf } from '../conf/rm-conf.js';
import type { RMStateStore } from '../recovery/rm-state-store.js';

const AMRM_KEYS = 'amrm-keys';
/** A new key must have reached everybody before it signs. Hadoop: 1.5 times the expiry of who must hear of it. */
const ACTIVATION_FACTOR = 1.5;

export interface RMSecurityOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly conf: RMConf;
  readonly store: RMStateStore;
  readonly storedSecrets: ReadonlyMap<string, unknown>;
  /** Start stamp of this RM; stands in every container token. */
  readonly rmIdentifier: number;
  /** The keys of NM tokens have changed: AMs need new ones. */
  readonly onNMKeyChange: () => void;
  /** A new key could not be stored: this RM can promise nothing any more. */
  readonly onFatal: (error: unknown) => void;
}

export class RMSecurity {
  readonly amRm: AMRMTokenSecretManager;
  readonly nm: NMTokenSecretManager;
  readonly containers: ContainerTokenSecretManager;
  private timer: Timer | undefined;

  constructor(private readonly options: RMSecurityOptions) {
    const { clock, random, conf, storedSecrets } = options;
    const keys = (rollIntervalMs: number, expiryMs: number, state?: KeyState): RollingKeys =>
      new RollingKeys({
        clock,
        random,
        rollIntervalMs,
        activationDelayMs: expiryMs * ACTIVATION_FACTOR,
        ...(state && { state }),
      });
    const stored = storedSecrets.get(AMRM_KEYS) as KeyState | undefined;
    this.amRm = new AMRMTokenSecretManager(keys(conf.amRmKeyRollingIntervalMs, conf.amExpiryIntervalMs, stored), clock);
    this.nm = new NMTokenSecretManager(keys(conf.nmKeyRollingIntervalMs, conf.nodeExpiryIntervalMs));
    this.containers = new ContainerTokenSecretManager(
      keys(conf.containerKeyRollingIntervalMs, conf.nodeExpiryIntervalMs),
    );
    if (!stored) this.storeAMRMKeys();
  }

  start(): void {
    this.advance();
    this.arm();
  }

  stop(): void {
    this.timer?.cancel();
  }

  containerToken(container: Container, user: string, isAM: boolean): Token {
    const { clock, conf, rmIdentifier } = this.options;
    const { id, nodeId, resource, priority, executionType, version, allocationRequestId } = container;
    return this.containers.createToken({
      containerId: id,
      nodeId,
      user,
      resource,
      expiryTimeMs: clock.now() + conf.containerAllocationExpiryIntervalMs,
      rmIdentifier,
      priority,
      creationTimeMs: clock.now(),
      containerType: isAM ? 'APPLICATION_MASTER' : 'TASK',
      executionType,
      version,
      allocationRequestId,
    });
  }

  nmToken(attemptId: ApplicationAttemptId, nodeId: NodeId, user: string): NMToken {
    return this.nm.createToken(attemptId, nodeId, user);
  }

  /** For `user`, who wants to call the AM at `service`. */
  clientToAMToken(key: Uint8Array, attemptId: ApplicationAttemptId, user: string, service: string): Token {
    return createClientToAMToken(key, attemptId, user, service);
  }

  private advance(): void {
    if (this.amRm.keys.advance()) this.storeAMRMKeys();
    const before = this.nm.keys.current.keyId;
    this.nm.keys.advance();
    if (this.nm.keys.current.keyId !== before) this.options.onNMKeyChange();
    this.containers.keys.advance();
  }

  private arm(): void {
    const { clock } = this.options;
    const next = Math.min(...[this.amRm, this.nm, this.containers].map(({ keys }) => keys.state.changeAtMs));
    this.timer = clock.after(Math.max(0, next - clock.now()), () => {
      try {
        this.advance();
      } catch (error) {
        this.options.onFatal(error);
        return;
      }
      this.arm();
    });
  }

  /** Before a token of a new key is given out, the key is on disk: a key that is waiting to take over is already stored. */
  private storeAMRMKeys(): void {
    this.options.store.apply({ type: 'PUT_SECRETS', name: AMRM_KEYS, state: this.amRm.keys.state });
    this.options.store.commit();
  }
}
