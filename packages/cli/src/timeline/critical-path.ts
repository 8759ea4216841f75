/**
 * criticalPath: the chain of stretches that a job's end waited for, from its submission on: it covers the job's whole time, so its
 * sums by phase say where that time went. Followed backwards: the commit waited for the attempt that ended last; a shuffle for
 * the last map; a request for the attempt that had the container before, or failed before, or (a reduce's, by slow start) for
 * the last map; the first requests for their AppMaster. Pure.
 */
import type { AttemptTimeline, JobTimeline, Span, TimelinePhase } from './timeline.js';

export interface PathSpan extends Span {
  /** An attempt's name, or `job`. */
  readonly lane: string;
}

/** In the order of time, without gaps. */
export function criticalPath(timeline: JobTimeline): readonly PathSpan[] {
  return new PathFinder(timeline).find();
}

class PathFinder {
  private readonly path: PathSpan[] = [];
  private readonly visited = new Set<AttemptTimeline>();
  private cursorMs: number;

  constructor(private readonly timeline: JobTimeline) {
    this.cursorMs = timeline.endMs;
  }

  find(): readonly PathSpan[] {
    const { startMs, masters } = this.timeline;
    this.follow(this.lastBefore(this.cursorMs), 'commit');
    for (const { processStartMs } of masters.toReversed()) {
      if (processStartMs >= this.cursorMs) continue;
      this.push('AM start', 'job', processStartMs);
      // A later AppMaster took over from what an earlier one had brought so far.
      if (processStartMs !== masters[0]?.processStartMs) this.follow(this.lastBefore(this.cursorMs), 'AM start');
    }
    this.push('submit', 'job', startMs);
    return this.path.toReversed();
  }

  /** What came before the cursor, as long as it is known; the time since the end of `attempt` was of this phase. */
  private follow(attempt: AttemptTimeline | undefined, phase: TimelinePhase, lane = 'job'): void {
    let next: Step | undefined = attempt && { attempt, phase, lane };
    while (next) {
      this.visited.add(next.attempt);
      this.push(next.phase, next.lane, next.attempt.endMs);
      next = this.through(next.attempt);
    }
  }

  /** Walks back through an attempt to what it waited for. */
  private through(attempt: AttemptTimeline): Step | undefined {
    for (const { phase, startMs } of attempt.spans.toReversed()) {
      const blocker = startMs < this.cursorMs ? this.blockerOf(attempt, phase, startMs) : undefined;
      if (blocker) return { attempt: blocker, phase, lane: attempt.name };
      this.push(phase, attempt.name, startMs);
    }
    const retried = this.latest(({ taskId, endMs }) => taskId === attempt.taskId && endMs <= this.cursorMs);
    return retried && { attempt: retried, phase: 'ask', lane: attempt.name };
  }

  private blockerOf(attempt: AttemptTimeline, phase: TimelinePhase, fromMs: number): AttemptTimeline | undefined {
    const within = ({ endMs }: AttemptTimeline): boolean => endMs > fromMs && endMs <= this.cursorMs;
    const isMap = ({ taskType, state }: AttemptTimeline): boolean => taskType === 'MAP' && state === 'SUCCEEDED';
    const lastMap = (): AttemptTimeline | undefined => this.latest((other) => isMap(other) && within(other));
    switch (phase) {
      case 'ask':
      case 'grant': {
        const before = this.latest((other) => other.containerId === attempt.containerId && within(other));
        return before ?? (attempt.taskType === 'REDUCE' ? lastMap() : undefined);
      }
      case 'shuffle':
        return lastMap();
      default:
        return undefined;
    }
  }

  private lastBefore(atMs: number): AttemptTimeline | undefined {
    return this.latest(({ endMs }) => endMs <= atMs);
  }

  private latest(is: (attempt: AttemptTimeline) => boolean): AttemptTimeline | undefined {
    let found: AttemptTimeline | undefined;
    for (const attempt of this.timeline.attempts) {
      if (!this.visited.has(attempt) && is(attempt) && attempt.endMs > (found?.endMs ?? -Infinity)) found = attempt;
    }
    return found;
  }

  /** From `startMs` to the cursor, which goes there. */
  private push(phase: TimelinePhase, lane: string, startMs: number): void {
    const fromMs = Math.max(startMs, this.timeline.startMs);
    if (fromMs >= this.cursorMs) return;
    const later = this.path.at(-1);
    if (later?.phase === phase && later.lane === lane) {
      this.path[this.path.length - 1] = { ...later, startMs: fromMs };
    } else {
      this.path.push({ phase, lane, startMs: fromMs, endMs: this.cursorMs });
    }
    this.cursorMs = fromMs;
  }
}

interface Step {
  readonly attempt: AttemptTimeline;
  /** Of the time between the end of `attempt` and the cursor, and whose it was. */
  readonly phase: TimelinePhase;
  readonly lane: string;
}
