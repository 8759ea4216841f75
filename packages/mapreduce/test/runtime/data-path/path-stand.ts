/** The data path without tasks: records through a collector to a map output, map outputs through fetching and merging to records. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes } from '../../../src/job/codecs.js';
import { TASK_COUNTERS } from '../../../src/runtime/counters.js';
import { MapOutputBuffer } from '../../../src/runtime/map/map-output-buffer.js';
import type { MapOutput } from '../../../src/runtime/map/spill-files.js';
import { Merger } from '../../../src/runtime/merge/merger.js';
import { CHECKSUM_BYTES, fileSegment } from '../../../src/runtime/merge/segment.js';
import { FetchedSegments } from '../../../src/runtime/reduce/fetched-segments.js';
import { ReduceSlab } from '../../../src/runtime/reduce/reduce-slab.js';
import { SegmentFiller } from '../../../src/runtime/reduce/segment-filler.js';
import type { Combiner } from '../../../src/runtime/spill/combiner.js';
import type { OutputCodec } from '../../../src/runtime/spill/output-codec.js';
import { recordsOf, type Pair } from '../segments.js';
import { UsedSlab } from '../used-slab.js';

export interface PathSettings {
  readonly bufferBytes: number;
  readonly partitions: number;
  readonly sortFactor: number;
  readonly arenaBytes: number;
  readonly codec?: OutputCodec;
  readonly combiner?: Combiner;
}

/** What a map of these records leaves in `dir`. */
export function mapToFile(dir: string, records: readonly Pair[], settings: PathSettings): MapOutput {
  const collector = mapCollector(dir, settings);
  for (const [key, value] of records) collector.collect(key, value);
  return collector.finish();
}

/** A collector of records that are bytes. */
export function mapCollector(dir: string, settings: PathSettings): MapOutputBuffer {
  return new MapOutputBuffer({
    dir,
    slab: new UsedSlab(),
    minSpillsForCombine: 3,
    counters: new Float64Array(TASK_COUNTERS.length),
    touch: () => undefined,
    key: bytes,
    value: bytes,
    ...settings,
  });
}

/** One partition of the outputs, merged: every other output as it is fetched over the wire, the rest opened where it lies. */
export async function reduceFrom(
  parent: string,
  outputs: readonly MapOutput[],
  partition: number,
  { arenaBytes, sortFactor, codec, combiner }: PathSettings,
): Promise<Pair[]> {
  const dir = join(parent, `reduce${partition}`);
  mkdirSync(dir);
  const slab = new ReduceSlab(new UsedSlab(), arenaBytes, sortFactor);
  const segments = new FetchedSegments({
    slab,
    dir,
    sortFactor,
    maxSingleBytes: arenaBytes,
    mergeBytes: (arenaBytes * 2) / 3,
    counters: new Float64Array(TASK_COUNTERS.length),
    touch: () => undefined,
    ...(codec && { codec }),
    ...(combiner && { combiner }),
  });
  for (const [number, { path, index }] of outputs.entries()) {
    const segment = fileSegment(path, index[partition]);
    const place =
      number % 2 === 0 && segment.rawLength <= arenaBytes ? await segments.reserve(segment.rawLength) : undefined;
    if (place?.kind !== 'memory') {
      segments.addFile(segment);
      continue;
    }
    const sent = readFileSync(path).subarray(segment.start, segment.start + segment.partLength);
    const filler = new SegmentFiller('output', slab.buffer, place.at, segment.rawLength, codec);
    const end = sent.length - CHECKSUM_BYTES;
    for (let at = 0; at < end; at += 100) filler.put(sent.subarray(at, Math.min(end, at + 100)));
    filler.finish(sent.readUInt32BE(end));
    segments.commit(place, segment);
  }
  return recordsOf(new Merger(slab.buffer, slab.windowsFrom, slab.areaFrom, segments.finish(), () => undefined, codec));
}
