/**
 * RMStateStore: what the ResourceManager must know after a restart. Hadoop: recovery/RMStateStore.java and its state data records. A
 * write is a value; it is collected, and durable once `commit` has returned, at the end of the dispatcher's turn. `afterCommit` is how a yes
 * waits for that. Not stored, as in YARN: asks, nodes, containers other than the AM's, keys of NM and container tokens.
 */
import type {
  ApplicationAttemptId,
  ApplicationId,
  ApplicationSubmissionContext,
  Container,
  FinalApplicationStatus,
} from '@bobbin/common';
import type { RMAppAttemptFinalState } from '../rmapp/attempt/rm-app-attempt-machine.js';
import type { RMAppFinalState } from '../rmapp/rm-app-machine.js';

export interface ApplicationStateData {
  readonly context: ApplicationSubmissionContext;
  readonly user: string;
  readonly submitTimeMs: number;
  readonly startTimeMs: number;
  readonly launchTimeMs: number;
  /** Set once it has ended. */
  readonly state?: RMAppFinalState;
  readonly diagnostics: string;
  readonly finishTimeMs: number;
}

export interface AttemptStateData {
  readonly attemptId: ApplicationAttemptId;
  readonly masterContainer?: Container;
  /** Signs the tokens by which clients call this AM. */
  readonly clientToAMKey: Uint8Array;
  readonly startTimeMs: number;
  /** Set once it has ended. */
  readonly state?: RMAppAttemptFinalState;
  readonly finalStatus: FinalApplicationStatus;
  readonly trackingUrl: string;
  readonly diagnostics: string;
  readonly exitStatus: number;
  readonly finishTimeMs: number;
  readonly memorySeconds: number;
  readonly vcoreSeconds: number;
}

export type RMStateStoreOperation =
  /** New, or in the place of what was stored for it. */
  | { readonly type: 'PUT_APPLICATION'; readonly application: ApplicationStateData }
  | { readonly type: 'PUT_ATTEMPT'; readonly attempt: AttemptStateData }
  /** With its attempts. */
  | { readonly type: 'REMOVE_APPLICATION'; readonly applicationId: ApplicationId }
  | { readonly type: 'REMOVE_ATTEMPT'; readonly attemptId: ApplicationAttemptId }
  /** Keys that must outlive the process, by name: the state of a secret manager as it gives it. */
  | { readonly type: 'PUT_SECRETS'; readonly name: string; readonly state: unknown }
  | { readonly type: 'PUT_EPOCH'; readonly epoch: number };

export interface StoredApplication extends ApplicationStateData {
  /** In order. */
  readonly attempts: readonly AttemptStateData[];
}

export interface RMState {
  /** 0 in a new store. */
  readonly epoch: number;
  /** In the order of their ids. */
  readonly applications: readonly StoredApplication[];
  readonly secrets: ReadonlyMap<string, unknown>;
}

export interface RMStateStore {
  /** Throws StoreCorruptError naming a row that is not as it was written. */
  load(): RMState;
  apply(operation: RMStateStoreOperation): void;
  /** Runs after the next commit, in order; that may find nothing to write. */
  afterCommit(action: () => void): void;
  /** All or nothing. Throws StoreError, and nothing is acknowledged. */
  commit(): void;
  /** Commits. Safe to call twice. */
  close(): void;
}
