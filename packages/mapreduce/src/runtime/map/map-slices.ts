/** mapSlices: the loop of a task whose mapper works on bytes. Emits through two Slices that are used again and again. */
import type { BytesMapContext, BytesMapFunction } from '../../job/bytes-mapper.js';
import type { Codec } from '../../job/codec.js';
import type { TaskContext } from '../../job/define-job.js';
import { Slice } from '../../job/slice-codec.js';
import type { LineReader } from '../input/line-reader.js';
import type { RecordCollector } from './map-output-collector.js';

/** Calls `mapper` for each line, `afterRecord` after each. Throws what the mapper throws. */
export function mapSlices(
  reader: LineReader,
  mapper: BytesMapFunction,
  collector: RecordCollector,
  context: Omit<TaskContext<unknown, unknown>, 'emit'> & Pick<BytesMapContext, 'file' | 'offset'>,
  afterRecord: () => void,
): void {
  const key = new Slice(reader.buffer);
  const value = new Slice(reader.buffer);
  const full: BytesMapContext = {
    ...context,
    emit: (keys, keyStart, keyEnd, number) => {
      setSlice(key, keys, keyStart, keyEnd);
      collector.collect(key, number);
    },
    emitBytes: (keys, keyStart, keyEnd, values, valueStart, valueEnd) => {
      setSlice(key, keys, keyStart, keyEnd);
      setSlice(value, values, valueStart, valueEnd);
      collector.collect(key, value);
    },
  };
  while (reader.next()) {
    mapper(reader.buffer, reader.start, reader.end, full);
    afterRecord();
  }
}

/** A user's partitioner for keys that come as Slices: it sees them decoded. */
export function decodingPartitioner(
  codec: Codec<unknown>,
  partitioner: (key: unknown) => number,
): (key: unknown) => number {
  return (key) => partitioner(key instanceof Slice ? codec.decode(key.buffer, key.start, key.end) : key);
}

function setSlice(slice: Slice, buffer: Buffer, start: number, end: number): void {
  if (start < 0 || end < start || end > buffer.length) {
    throw new RangeError(`bytes ${start} to ${end} are no stretch of a buffer of ${buffer.length}`);
  }
  slice.buffer = buffer;
  slice.start = start;
  slice.end = end;
}
