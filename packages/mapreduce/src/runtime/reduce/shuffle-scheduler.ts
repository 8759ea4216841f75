/**
 * ShuffleScheduler: which host to fetch from next, what failed how often, when to give up. Hadoop: reduce.ShuffleSchedulerImpl.
 * Holds no connection and starts no timer: every method is a plain step, `now` is an argument.
 */
import { parseTaskAttemptId, parseTaskId, type TaskAttemptCompletionEvent, type TaskAttemptId } from '@bobbin/common';
import { ShuffleError } from '../../errors.js';
import type { FetchConf } from '../task-conf.js';

/** Maps asked for in one request. */
const MAX_MAPS_AT_ONCE = 20;
const INITIAL_PENALTY_MS = 10_000;
const PENALTY_GROWTH = 1.3;
const MIN_FAILURES_TO_ABORT = 30;
const MAX_DISTINCT_FAILURES = 5;
/**
 * Pauses after the first failures of a host, in retry intervals; then Hadoop's growing penalties. In place of Hadoop's fetchers, which try
 * each second for 30 s before they call it one failure.
 */
const QUICK_PAUSES = [1, 2, 1, 1];
/**
 * Nothing is told of a host that does not answer before that many retry intervals have passed since it last did: a NodeManager that starts
 * again serves the outputs it had. A lost output must be told to the AM three times before it runs the map again.
 */
const QUIET_INTERVALS = 2.5;
/** A map counts as failing from here on: the AM has had time to run it again by then. */
const FAILURES_TO_COUNT = 6;
const MAX_ALLOWED_FAILED_FRACTION = 0.5;
const MIN_REQUIRED_PROGRESS = 0.5;
const MAX_ALLOWED_STALL_FRACTION = 0.5;

interface Host {
  readonly address: string;
  /** Outputs announced and not yet fetched. */
  readonly maps: Set<TaskAttemptId>;
  busy: boolean;
  failures: number;
  /** Of the first of these; monotonic, ms. */
  failingSince: number;
  /** Monotonic, ms; 0 without a penalty. */
  penalizedUntil: number;
}

/** How a fetch may fail. */
export type FetchFailure = 'connect' | 'read' | 'absent';

/** One host taken; it is this fetcher's until `release`. */
export interface HostWork {
  readonly address: string;
  readonly maps: readonly TaskAttemptId[];
}

export class ShuffleScheduler {
  private readonly hosts = new Map<string, Host>();
  private readonly hostOf = new Map<TaskAttemptId, Host>();
  private readonly done: Uint8Array;
  private readonly failures = new Map<TaskAttemptId, number>();
  private doneCount = 0;
  private failureCount = 0;
  private longestMapMs = 0;
  private lastProgressAt: number;
  private turn: number;

  constructor(
    private readonly numMaps: number,
    partition: number,
    private readonly conf: FetchConf,
    private readonly startedAt: number,
  ) {
    this.done = new Uint8Array(numMaps);
    this.lastProgressAt = startedAt;
    // Reduces begin at different hosts.
    this.turn = partition;
  }

  get isDone(): boolean {
    return this.doneCount >= this.numMaps;
  }

  get copiedMaps(): number {
    return this.doneCount;
  }

  /** Takes in one completion event of a map. `address`: `host:port`, or empty for an output on this machine's disks. */
  resolve(event: TaskAttemptCompletionEvent, now: number): void {
    const map = event.attemptId;
    if (event.status === 'SUCCEEDED') {
      this.longestMapMs = Math.max(this.longestMapMs, event.attemptRunTimeMs);
      this.announce(map, event.mapOutputServerAddress.replace(/^https?:\/\//, '').replace(/\/.*$/, ''));
    } else if (event.status === 'TIPFAILED') {
      this.markDone(numberOf(map), now);
    } else {
      this.forget(map);
    }
  }

  /** A host with work that is neither busy nor penalized; undefined when there is none now. */
  take(now: number): HostWork | undefined {
    const all = [...this.hosts.values()];
    for (let i = 0; i < all.length; i++) {
      const host = all[(this.turn + i) % all.length];
      if (host === undefined || host.busy || host.maps.size === 0 || host.penalizedUntil > now) continue;
      this.turn = (this.turn + i + 1) % all.length;
      const maps = [...host.maps].filter((map) => this.done[numberOf(map)] === 0).slice(0, MAX_MAPS_AT_ONCE);
      if (maps.length === 0) {
        host.maps.clear();
        continue;
      }
      host.busy = true;
      return { address: host.address, maps };
    }
    return undefined;
  }

  /** How long until a penalty ends; undefined when no host with work is penalized. */
  nextPenaltyEndMs(now: number): number | undefined {
    const ends = [...this.hosts.values()]
      .filter((host) => host.maps.size > 0 && host.penalizedUntil > now)
      .map((host) => host.penalizedUntil - now);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  release(address: string): void {
    const host = this.hosts.get(address);
    if (host !== undefined) host.busy = false;
  }

  /** Whether the output is still wanted: not fetched under another attempt, not made obsolete. */
  isWanted(map: TaskAttemptId): boolean {
    return this.hostOf.has(map) && this.done[numberOf(map)] === 0;
  }

  /** An output has arrived. False when the map's output had been there already. */
  copySucceeded(map: TaskAttemptId, now: number): boolean {
    const host = this.hostOf.get(map);
    if (host !== undefined) host.failures = 0;
    this.failures.delete(map);
    this.forget(map);
    return this.markDone(numberOf(map), now);
  }

  /** The server is busy: come back later; nobody is to blame. */
  postpone(address: string, delayMs: number, now: number): void {
    const host = this.hosts.get(address);
    if (host !== undefined) host.penalizedUntil = now + delayMs;
  }

  /**
   * A fetch failed: nobody answered (`connect`), an answer broke off or made no sense (`read`), or the host said that it has no such output
   * (`absent`). Returns whether to tell the AM. Throws ShuffleError when this reduce should give up: one map failed too often, or too
   * many maps do while little comes in.
   */
  copyFailed(map: TaskAttemptId, address: string, kind: FetchFailure, now: number): boolean {
    const host = this.hosts.get(address);
    if (host !== undefined) {
      if (host.failures === 0) host.failingSince = now;
      host.failures++;
      host.penalizedUntil = now + this.penaltyMs(host.failures);
    }
    const failures = (this.failures.get(map) ?? 0) + 1;
    this.failures.set(map, failures);
    this.failureCount++;
    if (failures >= Math.max(MIN_FAILURES_TO_ABORT, this.numMaps / 10)) {
      throw new ShuffleError(`${failures} failures to fetch the output of ${map}; bailing-out.`);
    }
    this.checkHealth(now);
    if (kind === 'connect') return now - (host?.failingSince ?? now) >= QUIET_INTERVALS * this.conf.retryIntervalMs;
    return (
      kind === 'absent' ||
      this.conf.notifyReadError ||
      failures % this.conf.maxFetchFailures === 0 ||
      (host?.failures ?? 0) > this.conf.maxHostFailures
    );
  }

  private penaltyMs(failures: number): number {
    const { retryIntervalMs, maxRetryDelayMs } = this.conf;
    const quick = QUICK_PAUSES[failures - 1];
    if (quick !== undefined) return retryIntervalMs * quick;
    return Math.min(INITIAL_PENALTY_MS * PENALTY_GROWTH ** failures, maxRetryDelayMs);
  }

  private announce(map: TaskAttemptId, address: string): void {
    if (this.done[numberOf(map)] !== 0) return;
    let host = this.hosts.get(address);
    if (host === undefined) {
      host = { address, maps: new Set(), busy: false, failures: 0, failingSince: 0, penalizedUntil: 0 };
      this.hosts.set(address, host);
    }
    host.maps.add(map);
    this.hostOf.set(map, host);
  }

  private forget(map: TaskAttemptId): void {
    this.hostOf.get(map)?.maps.delete(map);
    this.hostOf.delete(map);
    this.failures.delete(map);
  }

  private markDone(number: number, now: number): boolean {
    if (this.done[number] !== 0) return false;
    this.done[number] = 1;
    this.doneCount++;
    this.lastProgressAt = now;
    return true;
  }

  private checkHealth(now: number): void {
    const distinct = [...this.failures.values()].filter((failures) => failures >= FAILURES_TO_COUNT).length;
    const remaining = this.numMaps - this.doneCount;
    const manyFail =
      distinct > 0 && (distinct >= Math.min(this.numMaps, MAX_DISTINCT_FAILURES) || distinct === remaining);
    const unhealthy = this.failureCount / (this.failureCount + this.doneCount) >= MAX_ALLOWED_FAILED_FRACTION;
    if (!manyFail || !unhealthy) return;
    const early = this.doneCount / this.numMaps < MIN_REQUIRED_PROGRESS;
    const reference = Math.max(this.lastProgressAt - this.startedAt, this.longestMapMs);
    const stalled = reference > 0 && (now - this.lastProgressAt) / reference >= MAX_ALLOWED_STALL_FRACTION;
    if (early || stalled) throw new ShuffleError('Exceeded MAX_FAILED_UNIQUE_FETCHES; bailing-out.');
  }
}

function numberOf(map: TaskAttemptId): number {
  return parseTaskId(parseTaskAttemptId(map).taskId).task;
}
