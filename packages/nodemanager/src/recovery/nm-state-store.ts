/**
 * NMStateStore: what a NodeManager must still know after a kill -9. Hadoop: recovery.NMStateStoreService.
 * Writes are values, collected by `apply` and made durable by `commit` at the end of the dispatcher's turn; whoever tells the
 * outside world waits with `afterCommit`. A NodeManager without recovery has the one in memory.
 */
import type { ApplicationId, ContainerLaunchContext, NMTokenKeys, ReceivedKeys, Token } from '@bobbin/common';

export interface StoredApplication {
  readonly applicationId: ApplicationId;
  readonly user: string;
}

/** The request as it was accepted; all else is in the token. */
export interface StoredContainer {
  readonly launchContext: ContainerLaunchContext;
  readonly containerToken: Token;
  readonly startedAtMs: number;
}

/** Where a container's process is, once it was launched. */
export interface StoredLaunch {
  readonly workDir: string;
  readonly logDir: string;
  readonly pidFile: string;
  /** Absent until the process is there. */
  readonly pid?: number;
  readonly startTicks?: number;
}

export interface StoredKill {
  readonly exitStatus: number;
  readonly diagnostics: string;
}

export interface StoredCompletion {
  readonly exitStatus: number;
  readonly diagnostics: string;
  readonly finishedAtMs: number;
}

export interface StoredDeletion {
  readonly paths: readonly string[];
  readonly dueAtMs: number;
}

/** Table to the value of its rows. Keys are ids; those of `deletions` are numbers as text, those of `services` are `<service>/<id>`. */
export interface NMStateTables {
  readonly applications: StoredApplication;
  readonly containers: StoredContainer;
  readonly launches: StoredLaunch;
  readonly kills: StoredKill;
  readonly completions: StoredCompletion;
  /** Container ids that were started, until their token expires: a token starts one container once. */
  readonly started: { readonly expiresAtMs: number };
  readonly deletions: StoredDeletion;
  /** `containerTokens`, `nmTokens`: what the RM's tokens are verified with. */
  readonly keys: ReceivedKeys | NMTokenKeys;
  /** What auxiliary services keep of an application. */
  readonly services: { readonly user: string; readonly data: Uint8Array };
}

export type NMStateTable = keyof NMStateTables;

export type NMStoreOperation =
  | { [T in NMStateTable]: { readonly put: T; readonly key: string; readonly value: NMStateTables[T] } }[NMStateTable]
  | { readonly delete: NMStateTable; readonly key: string };

/** All rows of a table by key. */
export type Rows<T extends NMStateTable> = ReadonlyMap<string, NMStateTables[T]>;

export interface NMStateStore {
  apply(operation: NMStoreOperation): void;
  /** Runs `action` when all that was applied so far is durable, at the next `commit`. */
  afterCommit(action: () => void): void;
  /** Throws StoreError; the daemon then ends. */
  commit(): void;
  /** Committed rows only. Throws StoreCorruptError naming a row that is not as it was written. */
  rows<T extends NMStateTable>(table: T): Rows<T>;
  /** Commits and closes; a second call is safe. */
  close(): void;
}
