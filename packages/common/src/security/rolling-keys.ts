/**
 * RollingKeys: the keys by which one kind of token is signed, renewed by the clock. Hadoop: BaseNMTokenSecretManager,
 * AMRMTokenSecretManager. A next key is made, told to those who verify, and signs once they must have heard of it. The state
 * is a value: who must survive a restart stores it whenever `advance` has changed it.
 */
import type { Clock } from '../clock/clock.js';
import type { RandomSource } from '../ids/random.js';
import type { MasterKey } from '../records/records.js';
import { KEY_BYTES } from './token-signature.js';

export interface KeyState {
  /** Signs. */
  readonly current: MasterKey;
  /** Verifies what was signed before `current` did. */
  readonly previous?: MasterKey;
  /** Made and told, does not sign yet. */
  readonly next?: MasterKey;
  /** When `next` is made, or where it is there, when it takes over; ms since 1970. */
  readonly changeAtMs: number;
}

export interface RollingKeysOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** From one key's taking over to the making of the next. @default 86400000, Hadoop's */
  readonly rollIntervalMs?: number;
  /** From the making of a key to its taking over; longer than any verifier needs to hear of it. @default 900000 */
  readonly activationDelayMs?: number;
  /** As stored; without it a key is made. */
  readonly state?: KeyState;
}

const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;

export class RollingKeys {
  private readonly options: Required<Omit<RollingKeysOptions, 'state'>>;
  private kept: KeyState;

  constructor(options: RollingKeysOptions) {
    const { clock, random, rollIntervalMs = DAY_MS, activationDelayMs = QUARTER_HOUR_MS, state } = options;
    this.options = { clock, random, rollIntervalMs, activationDelayMs };
    this.kept = state ?? {
      current: { keyId: random.bytes(4).readInt32BE(), bytes: random.bytes(KEY_BYTES) },
      changeAtMs: clock.now() + rollIntervalMs,
    };
  }

  get state(): KeyState {
    return this.kept;
  }

  /** The key that signs. */
  get current(): MasterKey {
    return this.kept.current;
  }

  /** The key that verifiers should know of by now: the next one where there is one. */
  get newest(): MasterKey {
    return this.kept.next ?? this.kept.current;
  }

  /** Every key whose signature counts. */
  get known(): readonly MasterKey[] {
    const { current, previous, next } = this.kept;
    return [current, previous, next].filter((key) => key !== undefined);
  }

  /** Does what is due; true where the state has changed. Call again at `state.changeAtMs`, or at any time. */
  advance(): boolean {
    const { clock, random, rollIntervalMs, activationDelayMs } = this.options;
    const now = clock.now();
    const { current, previous, next, changeAtMs } = this.kept;
    if (now < changeAtMs) return false;
    this.kept =
      next === undefined
        ? {
            current,
            ...(previous && { previous }),
            next: { keyId: (current.keyId + 1) | 0, bytes: random.bytes(KEY_BYTES) },
            changeAtMs: now + activationDelayMs,
          }
        : { current: next, previous: current, changeAtMs: now + rollIntervalMs };
    return true;
  }
}
