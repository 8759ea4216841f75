/**
 * NodeKeys: the keys this node verifies NM tokens and container tokens with, kept over a restart. Hadoop:
 * NMTokenSecretManagerInNM and NMContainerTokenSecretManager with their parts of NMStateStoreService. The RM hands keys out when the
 * node registers and by heartbeat; each change is stored.
 */
import {
  applicationOf,
  NMContainerTokenSecretManager,
  NMTokenSecretManagerInNM,
  type ApplicationAttemptId,
  type ApplicationId,
  type Clock,
  type MasterKey,
  type NMTokenKeys,
  type NodeId,
} from '@bobbin/common';
import type { NMStateStore } from '../recovery/nm-state-store.js';

export class NodeKeys {
  readonly nmTokens: NMTokenSecretManagerInNM;
  readonly containerTokens: NMContainerTokenSecretManager;

  constructor(
    nodeId: () => NodeId,
    clock: Clock,
    private readonly store: NMStateStore,
  ) {
    const stored = store.rows('keys');
    const nmKeys = stored.get('nmTokens');
    this.nmTokens = new NMTokenSecretManagerInNM(nodeId, clock, isNMTokenKeys(nmKeys) ? nmKeys : undefined);
    this.containerTokens = new NMContainerTokenSecretManager(nodeId, clock, stored.get('containerTokens'));
  }

  /** Ids of the newest keys; undefined before the RM gave any. */
  ids(): { readonly containerToken: number | undefined; readonly nmToken: number | undefined } {
    return {
      containerToken: this.containerTokens.state.current?.keyId,
      nmToken: this.nmTokens.state.current?.keyId,
    };
  }

  update(containerToken: MasterKey | undefined, nmToken: MasterKey | undefined): void {
    if (containerToken) {
      this.containerTokens.setMasterKey(containerToken);
      this.store.apply({ put: 'keys', key: 'containerTokens', value: this.containerTokens.state });
    }
    if (nmToken) {
      this.nmTokens.setMasterKey(nmToken);
      this.storeNMTokens();
    }
  }

  /** Keeps the key of an attempt that started a container here, however often the RM rolls its keys. */
  keepKeyOf(applicationAttemptId: ApplicationAttemptId, keyId: number): void {
    if (this.nmTokens.keepKeyOf({ applicationAttemptId, keyId })) this.storeNMTokens();
  }

  /** Drops the keys kept for an application's attempts. */
  forget(applicationId: ApplicationId): void {
    let changed = false;
    for (const attempt of Object.keys(this.nmTokens.state.attempts) as ApplicationAttemptId[]) {
      if (applicationOf(attempt) === applicationId) changed = this.nmTokens.forget(attempt) || changed;
    }
    if (changed) this.storeNMTokens();
  }

  private storeNMTokens(): void {
    this.store.apply({ put: 'keys', key: 'nmTokens', value: this.nmTokens.state });
  }
}

function isNMTokenKeys(keys: object | undefined): keys is NMTokenKeys {
  return keys !== undefined && 'attempts' in keys;
}
