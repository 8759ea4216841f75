/**
 * How far a job is. Hadoop: JobImpl.computeProgress and its weights: 5 % set-up, 5 % clean-up, the rest shared evenly by the
 * kinds of task the job has. Sums are kept up to date task by task, so that a report costs the same for any size of job.
 */
import type { TaskType } from '@bobbin/common';

const SETUP_WEIGHT = 0.05;
const CLEANUP_WEIGHT = 0.05;

export class JobProgress {
  private numMaps = 0;
  private numReduces = 0;
  private mapSum = 0;
  private reduceSum = 0;
  private setup = 0;
  private cleanup = 0;

  begin(numMaps: number, numReduces: number): void {
    this.numMaps = numMaps;
    this.numReduces = numReduces;
  }

  /** A task of this kind moved by `delta`; negative when its success was taken back. */
  add(type: TaskType, delta: number): void {
    if (type === 'MAP') this.mapSum += delta;
    else this.reduceSum += delta;
  }

  setupDone(): void {
    this.setup = 1;
  }

  cleanupDone(): void {
    this.cleanup = 1;
  }

  get setupFraction(): number {
    return this.setup;
  }
  get cleanupFraction(): number {
    return this.cleanup;
  }
  /** 0 for a job without maps; the same for reduces. */
  get mapFraction(): number {
    return fraction(this.mapSum, this.numMaps);
  }
  get reduceFraction(): number {
    return fraction(this.reduceSum, this.numReduces);
  }

  /** 0..1 over everything. */
  get total(): number {
    const rest = 1 - SETUP_WEIGHT - CLEANUP_WEIGHT;
    const [mapWeight, reduceWeight] =
      this.numReduces === 0 ? [rest, 0] : this.numMaps === 0 ? [0, rest] : [rest / 2, rest / 2];
    return (
      this.setup * SETUP_WEIGHT +
      this.cleanup * CLEANUP_WEIGHT +
      this.mapFraction * mapWeight +
      this.reduceFraction * reduceWeight
    );
  }
}

/** Sums of doubles drift: what is within a millionth of an end is that end. */
function fraction(sum: number, of: number): number {
  if (of === 0) return 0;
  const value = sum / of;
  if (value > 1 - 1e-6) return 1;
  return value < 1e-6 ? 0 : value;
}
