/**
 * Checks what a child sends before the AM believes it: a child has the job token, but also user code in its container.
 * Every function throws UmbilicalProtocolError naming the call and the field. Texts are cut, not refused.
 */
import { parseTaskAttemptId, type CounterGroups, type Phase, type TaskAttemptId } from '@bobbin/common';
import { UmbilicalProtocolError } from '../errors.js';
import type { TaskStatus } from '../task-status.js';

/** Hadoop's limit for stateString and diagnosticInfo. */
const STATUS_CHARS = 1024;
const DIAGNOSTICS_CHARS = 64 * 1024;
const PHASES: ReadonlySet<unknown> = new Set<Phase>(['STARTING', 'MAP', 'SHUFFLE', 'SORT', 'REDUCE', 'CLEANUP']);

type Fields = Readonly<Record<string, unknown>>;

/** The parameters of one call, read field by field. */
export class UmbilicalParams {
  private readonly fields: Fields;
  private checkedStatus: TaskStatus | undefined;

  constructor(
    private readonly method: string,
    params: unknown,
  ) {
    this.fields = this.asFields(params, 'params');
  }

  get attemptId(): TaskAttemptId {
    return this.toAttemptId(this.fields['attemptId'], 'attemptId');
  }

  /** The attempt that the process has finished last. */
  get done(): TaskAttemptId | undefined {
    const value = this.fields['done'];
    return value === undefined ? undefined : this.toAttemptId(value, 'done');
  }

  get text(): string {
    const value = this.fields['text'];
    if (typeof value !== 'string') throw this.wrong('text', 'a text');
    return value.slice(0, DIAGNOSTICS_CHARS);
  }

  /** A whole number from 0. */
  count(name: string): number {
    return this.toNumber(this.fields[name], name);
  }

  flag(name: string): boolean {
    return this.fields[name] === true;
  }

  get optionalStatus(): TaskStatus | undefined {
    return this.fields['status'] === undefined ? undefined : this.status;
  }

  /** The status, with the attempt of the call whatever it says itself. */
  get status(): TaskStatus {
    this.checkedStatus ??= this.toStatus();
    return this.checkedStatus;
  }

  private toStatus(): TaskStatus {
    const from = this.asFields(this.fields['status'], 'status');
    const phase = from['phase'];
    if (!PHASES.has(phase)) throw this.wrong('phase', [...PHASES].join(', '));
    const progress = from['progress'];
    if (typeof progress !== 'number' || !(progress >= 0 && progress <= 1)) throw this.wrong('progress', '0..1');
    return {
      attemptId: this.attemptId,
      phase: phase as Phase,
      progress,
      stateString: (typeof from['stateString'] === 'string' ? from['stateString'] : '').slice(0, STATUS_CHARS),
      ...(typeof from['diagnosticInfo'] === 'string' && {
        diagnosticInfo: from['diagnosticInfo'].slice(0, STATUS_CHARS),
      }),
      ...this.times(from),
      ...(from['counters'] !== undefined && { counters: this.toCounters(from['counters']) }),
      ...(Array.isArray(from['failedFetchTasks']) && {
        failedFetchTasks: from['failedFetchTasks'].map((id) => this.toAttemptId(id, 'failedFetchTasks')),
      }),
    };
  }

  private times(from: Fields): Partial<Record<(typeof TIMES)[number], number>> {
    const times: Partial<Record<(typeof TIMES)[number], number>> = {};
    for (const name of TIMES) {
      if (from[name] !== undefined) times[name] = this.toNumber(from[name], name);
    }
    return times;
  }

  private toCounters(value: unknown): CounterGroups {
    const groups = this.asFields(value, 'counters');
    for (const group of Object.keys(groups)) {
      const counters = this.asFields(groups[group], 'counters');
      for (const name of Object.keys(counters)) {
        // A user's counter may be NaN or infinite; JSON turns that into null.
        if (counters[name] === null) return this.withoutNulls(groups);
        if (!Number.isFinite(counters[name])) throw this.wrong('counters', 'numbers by group and name');
      }
    }
    return groups as CounterGroups;
  }

  private withoutNulls(groups: Fields): CounterGroups {
    const kept = Object.entries(groups).map(([group, counters]) => {
      const entries = Object.entries(this.asFields(counters, 'counters')).filter(([, n]) => n !== null);
      return [group, Object.fromEntries(entries)] as const;
    });
    return this.toCounters(Object.fromEntries(kept));
  }

  private toAttemptId(value: unknown, name: string): TaskAttemptId {
    if (typeof value !== 'string') throw this.wrong(name, 'a task attempt id');
    parseTaskAttemptId(value);
    return value as TaskAttemptId;
  }

  private toNumber(value: unknown, name: string): number {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.wrong(name, 'a whole number from 0');
    }
    return value;
  }

  private asFields(value: unknown, name: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong(name, 'an object');
    return value as Fields;
  }

  private wrong(field: string, wanted: string): UmbilicalProtocolError {
    return new UmbilicalProtocolError(`field '${field}' of ${this.method} must be ${wanted}`);
  }
}

const TIMES = [
  'processStartTimeMs',
  'startTimeMs',
  'loadTimeMs',
  'finishTimeMs',
  'mapFinishTimeMs',
  'shuffleFinishTimeMs',
  'sortFinishTimeMs',
] as const;
