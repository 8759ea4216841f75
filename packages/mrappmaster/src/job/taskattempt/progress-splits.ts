/**
 * How time, CPU and memory went while an attempt advanced: one number for each twelfth of its progress.
 * Hadoop: v2.app.job.impl.TaskAttemptImpl.updateProgressSplits with mapred.ProgressSplitsBlock, CumulativePeriodicStats and
 * StatePeriodicStats. Between two readings values are taken to run straight. Twelfths that were not reached are -1.
 */
import type { ProgressSplits } from '@bobbin/common';

const COUNT = 12;

/** What was spent (`cumulative`: its growth in each twelfth) or held (`state`: its mean over each twelfth). */
type Kind = 'cumulative' | 'state';

class Periodic {
  readonly values: number[] = Array<number>(COUNT).fill(-1);
  private progress = 0;
  private value = 0;
  private accumulated = 0;

  constructor(private readonly kind: Kind) {}

  extend(progress: number, value: number): void {
    if (progress < this.progress || this.progress >= 1) return;
    const from = { progress: this.progress, value: this.value };
    const slope = progress === from.progress ? 0 : (value - from.value) / (progress - from.progress);
    const last = Math.floor(progress * COUNT);
    for (let index = Math.floor(from.progress * COUNT); index < last; index++) {
      const boundary = Math.min((index + 1) / COUNT, progress);
      this.advance(boundary, from.value + slope * (boundary - from.progress));
      this.values[index] = Math.round(this.accumulated);
      this.accumulated = 0;
    }
    this.advance(progress, value);
  }

  private advance(progress: number, value: number): void {
    this.accumulated +=
      this.kind === 'cumulative' ? value - this.value : ((value + this.value) / 2) * (progress - this.progress) * COUNT;
    this.progress = progress;
    this.value = value;
  }
}

/** One reading of an attempt. */
export interface Usage {
  readonly wallClockMs: number;
  readonly cpuMs: number;
  readonly virtualKb: number;
  readonly physicalKb: number;
}

export class ProgressSplitsBlock {
  private readonly clock = new Periodic('cumulative');
  private readonly cpu = new Periodic('cumulative');
  private readonly virtual = new Periodic('state');
  private readonly physical = new Periodic('state');

  /** A reading at `progress` (0..1). One that goes back, or comes after 1, is left out. */
  extend(progress: number, usage: Usage): void {
    this.clock.extend(progress, usage.wallClockMs);
    this.cpu.extend(progress, usage.cpuMs);
    this.virtual.extend(progress, usage.virtualKb);
    this.physical.extend(progress, usage.physicalKb);
  }

  splits(): ProgressSplits {
    return {
      clockSplits: this.clock.values,
      cpuUsages: this.cpu.values,
      vMemKbytes: this.virtual.values,
      physMemKbytes: this.physical.values,
    };
  }
}
