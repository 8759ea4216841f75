/** DirectCollector: a job without reducers writes what it emits. Hadoop: MapTask.NewDirectOutputCollector. */
import { Slice } from '../../job/slice-codec.js';
import { SLOT } from '../counters.js';
import type { RecordCollector } from './map-output-collector.js';
import type { TextRecordWriter } from '../output/text-record-writer.js';

export class DirectCollector implements RecordCollector {
  constructor(
    private readonly writer: TextRecordWriter,
    private readonly counters: Float64Array,
  ) {}

  collect(key: unknown, value: unknown): void {
    this.writer.write(bytesOf(key), bytesOf(value));
  }

  publish(): void {
    this.counters[SLOT.mapOutputRecords] = this.writer.records;
    this.counters[SLOT.outputBytesWritten] = this.writer.bytes;
  }
}

function bytesOf(value: unknown): unknown {
  return value instanceof Slice ? value.buffer.subarray(value.start, value.end) : value;
}
