/**
 * sampleCutPoints: where the keys of a job divide into equal shares, by a sample of its input. Hadoop: lib.partition.InputSampler, which
 * samples input keys; here the job's mapper runs over the sampled lines, as in so many small tasks, so that the cuts are of the keys
 * it emits. The places are evenly spaced: the same input gives the same cuts.
 */
import { getFileSystem } from '@bobbin/common';
import type { Codec } from '../../job/codec.js';
import type { Job } from '../../job/define-job.js';
import { Slice, sliceCodec } from '../../job/slice-codec.js';
import { TaskConfigurationError } from '../../errors.js';
import { LocalFile } from '../local-file.js';
import { mapLines } from '../map/map-lines.js';
import type { RecordCollector } from '../map/map-output-collector.js';
import { CUT_POINTS_KEY, encodeCutPoints } from '../map/total-order.js';
import { EncodeBuffer } from '../spill/encode-buffer.js';
import type { InputSplit } from '../task-api.js';
import { TaskProgress } from '../task-progress.js';
import { LineReader } from './line-reader.js';
import { isPacked } from './packed-input.js';

const PLACES = 32;
const BYTES_A_PLACE = 64 * 1024;
/** A cut may be shorter than the key it was taken from. */
const MAX_CUT_BYTES = 64;

/**
 * What a job's properties need beside the user's: the cut points, where its partitioner is `totalOrder`. Rejects with UserCodeError where
 * the mapper fails, and LocalDiskError where the input cannot be read.
 */
export async function sampledProperties(
  job: Job,
  splits: readonly InputSplit[],
  numReduces: number,
  conf: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const { partitioner, mapOutput } = job;
  if (typeof partitioner !== 'object' || mapOutput === undefined || numReduces < 2) return {};
  const sample = new KeySample(mapOutput.key);
  for (const place of placesIn(splits)) await samplePlace(job, place, conf, sample);
  return { [CUT_POINTS_KEY]: encodeCutPoints(sample.cutPoints(numReduces)) };
}

/** Stretches of the input, evenly spaced over all of it. */
function placesIn(splits: readonly InputSplit[]): InputSplit[] {
  const inputBytes = splits.reduce((sum, { length }) => sum + length, 0);
  const step = Math.max(BYTES_A_PLACE, inputBytes / PLACES);
  const places: InputSplit[] = [];
  let before = 0;
  for (const split of splits) {
    for (let at = places.length * step; at < before + split.length; at = places.length * step) {
      const start = split.start + Math.floor(at - before);
      const length = Math.min(BYTES_A_PLACE, split.start + split.length - start);
      places.push({ ...split, start, length });
    }
    before += split.length;
  }
  return places;
}

async function samplePlace(
  job: Job,
  { path, start, length }: InputSplit,
  conf: Readonly<Record<string, string>>,
  sample: KeySample,
): Promise<void> {
  const local = getFileSystem(path).toLocalPath(path);
  if (isPacked(local)) throw new TaskConfigurationError(`totalOrder cannot sample '${local}', which is compressed`);
  const file = LocalFile.openForRead(local);
  try {
    const reader = new LineReader(file, start, length, { slabBytes: 2 * BYTES_A_PLACE });
    await mapLines(reader, job, local, start, sample, { progress: TaskProgress.create(), conf });
  } finally {
    file.close();
  }
}

class KeySample implements RecordCollector {
  private readonly keys: Buffer[] = [];
  private readonly encoded = new EncodeBuffer();
  private readonly sliceCodec: Codec<unknown>;

  constructor(private readonly codec: Codec<unknown>) {
    this.sliceCodec = sliceCodec(codec);
  }

  collect(key: unknown): void {
    const { encoded } = this;
    const length = encoded.put(key instanceof Slice ? this.sliceCodec : this.codec, key);
    this.keys.push(Buffer.from(encoded.buffer.subarray(0, Math.min(length, MAX_CUT_BYTES))));
  }

  publish(): void {
    // A sample's counters are nobody's.
  }

  /** At most one less than `partitions`, all different. */
  cutPoints(partitions: number): Buffer[] {
    const sorted = this.keys.sort((a, b) => a.compare(b));
    const cuts: Buffer[] = [];
    for (let p = 1; p < partitions; p++) {
      const cut = sorted[Math.floor((p * sorted.length) / partitions)];
      if (cut !== undefined && (cuts.at(-1)?.compare(cut) ?? -1) < 0) cuts.push(cut);
    }
    return cuts;
  }
}
