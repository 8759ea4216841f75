/**
 * TotalOrder: ranges of keys for the reducers, by cut points that were sampled when the job was submitted. Hadoop:
 * lib.partition.TotalOrderPartitioner, whose partition file is a property of the job here: base64, separated by commas.
 * Partition p holds the keys from cut p - 1 on, below cut p.
 */
import { TaskConfigurationError } from '../../errors.js';

export const CUT_POINTS_KEY = 'bobbin.mapreduce.totalorder.cut-points';

/** Which partition a key, encoded, belongs to. */
export type BytesPartitioner = (buffer: Buffer, start: number, end: number) => number;

/** Ascending cut points as the job's property. */
export function encodeCutPoints(cuts: readonly Buffer[]): string {
  return cuts.map((cut) => cut.toString('base64')).join(',');
}

/**
 * The partitioner of a job's properties. Fewer cuts than reducers leave the last reducers without keys. Throws
 * TaskConfigurationError where there are too many, or none where some are needed.
 */
export function totalOrderPartitioner(conf: Readonly<Record<string, string>>, partitions: number): BytesPartitioner {
  const text = conf[CUT_POINTS_KEY];
  if (text === undefined) {
    throw new TaskConfigurationError(
      `${CUT_POINTS_KEY} is not set: a job with totalOrder is sampled when it is submitted`,
    );
  }
  const cuts = text === '' ? [] : text.split(',').map((cut) => Buffer.from(cut, 'base64'));
  if (cuts.length >= partitions) {
    throw new TaskConfigurationError(
      `${CUT_POINTS_KEY} has ${cuts.length} cut points, too many for ${partitions} reducers`,
    );
  }
  return (buffer, start, end) => {
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(buffer, start, end, cuts[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

function isBelow(buffer: Buffer, start: number, end: number, cut: Buffer | undefined): boolean {
  if (cut === undefined) return true;
  const length = end - start;
  const common = length < cut.length ? length : cut.length;
  for (let i = 0; i < common; i++) {
    const difference = (buffer[start + i] ?? 0) - (cut[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return length < cut.length;
}
