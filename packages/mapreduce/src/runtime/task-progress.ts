/**
 * TaskProgress: a task's phase, fraction, status, counters and signs of life in shared memory. The task's thread writes with
 * plain stores (no message, no lock, no clock: a few nanoseconds); another thread reads whenever it likes, also while user code
 * blocks the task's thread. Hadoop: Task.TaskReporter and TaskStatus, whose reporter thread shares the task's heap.
 * Numbers are read as they stand; texts (status, names of user counters) sit behind a sequence number that is odd while they
 * change. Layout: int32 header, float64 table, then the two text areas.
 */
import type { Phase } from '@bobbin/common';
import { TASK_COUNTERS, toCounterGroups } from './counters.js';
import { CounterLimitError } from '../errors.js';
import type { TaskSnapshot } from './task-api.js';

const PHASES: readonly Phase[] = ['STARTING', 'MAP', 'SHUFFLE', 'SORT', 'REDUCE', 'CLEANUP'];

/** Hadoop's limits on user counters: number in a job, and length of the names (longer ones are cut). */
const MAX_USER_COUNTERS = 120;
const MAX_GROUP_CHARS = 128;
const MAX_NAME_CHARS = 64;
const MAX_STATUS_BYTES = 1024;
const MAX_NAMES_BYTES = MAX_USER_COUNTERS * 3 * (MAX_GROUP_CHARS + MAX_NAME_CHARS + 2);

const HEADER = { phase: 0, liveness: 1, sequence: 2, statusBytes: 3, namesBytes: 4 } as const;
const HEADER_BYTES = 32;
const TIMES = {
  done: 0,
  total: 1,
  base: 2,
  weight: 3,
  mapFinish: 4,
  shuffleFinish: 5,
  sortFinish: 6,
  load: 7,
} as const;
const TIMES_COUNT = 8;
const NUMBERS_BYTES = (TIMES_COUNT + TASK_COUNTERS.length + MAX_USER_COUNTERS) * 8;
const STATUS_AT = HEADER_BYTES + NUMBERS_BYTES;
const NAMES_AT = STATUS_AT + MAX_STATUS_BYTES;
const TOTAL_BYTES = NAMES_AT + MAX_NAMES_BYTES;

/** How often a text that is being changed is read again before it is taken as it stands. */
const MAX_READS = 10_000;

/** Marks between group and name, and after a name; neither may occur in them. */
const FIELD_END = '\x1f';
const ENTRY_END = '\x1e';

export class TaskProgress {
  /**
   * The numeric table itself, indexed by `SLOT`. A hot loop keeps local sums and adds them here once a block of records.
   */
  readonly counters: Float64Array;
  private readonly header: Int32Array;
  private readonly times: Float64Array;
  private readonly userValues: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly userSlots = new Map<string, number>();

  private constructor(readonly buffer: SharedArrayBuffer) {
    this.header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.times = new Float64Array(buffer, HEADER_BYTES, TIMES_COUNT);
    this.counters = new Float64Array(buffer, HEADER_BYTES + TIMES_COUNT * 8, TASK_COUNTERS.length);
    this.userValues = new Float64Array(
      buffer,
      HEADER_BYTES + (TIMES_COUNT + TASK_COUNTERS.length) * 8,
      MAX_USER_COUNTERS,
    );
    this.bytes = new Uint8Array(buffer);
  }

  static create(): TaskProgress {
    return new TaskProgress(new SharedArrayBuffer(TOTAL_BYTES));
  }

  /** The same progress seen from another thread, which got `buffer` by `postMessage` or `workerData`. */
  static attach(buffer: SharedArrayBuffer): TaskProgress {
    return new TaskProgress(buffer);
  }

  /** A sign of life; called for every record, so it is one store. */
  touch(): void {
    const header = this.header;
    header[HEADER.liveness] = ((header[HEADER.liveness] ?? 0) + 1) | 0;
  }

  /**
   * A phase begins: `total` units of work (bytes, segments) that take the task from `base` on by `weight`, both fractions of the whole.
   */
  beginPhase(phase: Phase, base: number, weight: number, total: number): void {
    this.times[TIMES.done] = 0;
    this.times[TIMES.total] = total;
    this.times[TIMES.base] = base;
    this.times[TIMES.weight] = weight;
    Atomics.store(this.header, HEADER.phase, PHASES.indexOf(phase));
    this.touch();
  }

  /** `done` of the phase's units; a sign of life too. */
  advance(done: number): void {
    this.times[TIMES.done] = done;
    this.touch();
  }

  /** Wall clock at which a phase ended, ms since 1970. */
  setFinishTime(phase: 'MAP' | 'SHUFFLE' | 'SORT', atMs: number): void {
    const slot = phase === 'MAP' ? TIMES.mapFinish : phase === 'SHUFFLE' ? TIMES.shuffleFinish : TIMES.sortFinish;
    this.times[slot] = atMs;
  }

  /** Wall clock at which the job's code was there, ms since 1970. */
  setLoadTime(atMs: number): void {
    this.times[TIMES.load] = atMs;
  }

  /** The user's own words on what the task does now; cut at 1024 bytes. */
  setStatus(text: string): void {
    this.beginText();
    const { written } = new TextEncoder().encodeInto(text, this.scratch);
    this.bytes.set(this.scratch.subarray(0, written), STATUS_AT);
    this.header[HEADER.statusBytes] = written;
    this.endText();
    this.touch();
  }

  /** Adds to a counter of the user's. Throws CounterLimitError at the 121st name of a task, as Hadoop does. */
  addToUserCounter(group: string, name: string, amount: number): void {
    const key = clean(group, MAX_GROUP_CHARS) + FIELD_END + clean(name, MAX_NAME_CHARS);
    const slot = this.userSlots.get(key) ?? this.nameUserCounter(key);
    this.userValues[slot] = (this.userValues[slot] ?? 0) + amount;
    this.touch();
  }

  /** Safe from any thread. */
  snapshot(): TaskSnapshot {
    const { status, names } = this.readTexts();
    const userCounters = names.map((entry, slot) => {
      const [group = '', name = ''] = entry.split(FIELD_END);
      return { group, name, value: this.userValues[slot] ?? 0 };
    });
    return {
      phase: PHASES[Atomics.load(this.header, HEADER.phase)] ?? 'STARTING',
      progress: this.fraction(),
      stateString: status,
      counters: toCounterGroups(this.counters, userCounters),
      liveness: Atomics.load(this.header, HEADER.liveness),
      loadTimeMs: this.times[TIMES.load] ?? 0,
      mapFinishTimeMs: this.times[TIMES.mapFinish] ?? 0,
      shuffleFinishTimeMs: this.times[TIMES.shuffleFinish] ?? 0,
      sortFinishTimeMs: this.times[TIMES.sortFinish] ?? 0,
    };
  }

  private fraction(): number {
    const [done = 0, total = 0, base = 0, weight = 0] = this.times;
    return Math.min(1, base + weight * (total > 0 ? Math.min(1, done / total) : 0));
  }

  private readonly scratch = new Uint8Array(MAX_STATUS_BYTES);

  private nameUserCounter(key: string): number {
    const slot = this.userSlots.size;
    if (slot >= MAX_USER_COUNTERS) throw new CounterLimitError(MAX_USER_COUNTERS, key.replace(FIELD_END, ':'));
    this.userSlots.set(key, slot);
    const encoded = new TextEncoder().encode(key + ENTRY_END);
    const at = this.header[HEADER.namesBytes] ?? 0;
    this.beginText();
    this.bytes.set(encoded, NAMES_AT + at);
    this.header[HEADER.namesBytes] = at + encoded.length;
    this.endText();
    return slot;
  }

  private beginText(): void {
    Atomics.add(this.header, HEADER.sequence, 1);
  }

  private endText(): void {
    Atomics.add(this.header, HEADER.sequence, 1);
  }

  private readTexts(): { status: string; names: string[] } {
    for (let tries = 1; ; tries++) {
      const before = Atomics.load(this.header, HEADER.sequence);
      const status = this.bytes.slice(STATUS_AT, STATUS_AT + (this.header[HEADER.statusBytes] ?? 0));
      const names = this.bytes.slice(NAMES_AT, NAMES_AT + (this.header[HEADER.namesBytes] ?? 0));
      const torn = before % 2 !== 0 || Atomics.load(this.header, HEADER.sequence) !== before;
      // A writer that was ended in the middle of a change leaves the number odd for good.
      if (torn && tries < MAX_READS) continue;
      const decoder = new TextDecoder();
      return { status: decoder.decode(status), names: decoder.decode(names).split(ENTRY_END).slice(0, -1) };
    }
  }
}

/** A name cut to the limit, without the two marks. */
function clean(text: string, maxChars: number): string {
  return text.slice(0, maxChars).replace(/[\x1e\x1f]/g, ' ');
}
