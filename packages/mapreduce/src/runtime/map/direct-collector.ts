/** DirectCollector: a job without reducers writes what it emits. Hadoop: MapTask.NewDirectOutputCollector. */
import { SLOT } from '../counters.js';
import type { RecordCollector } from './map-output-collector.js';
import type { TextRecordWriter } from '../output/text-record-writer.js';

export class DirectCollector implements RecordCollector {
  constructor(
    private readonly writer: TextRecordWriter,
    private readonly counters: Float64Array,
  ) {}

  collect(key: unknown, value: unknown): void {
    this.writer.write(key, value);
  }

  publish(): void {
    this.counters[SLOT.mapOutputRecords] = this.writer.records;
    this.counters[SLOT.outputBytesWritten] = this.writer.bytes;
  }
}
