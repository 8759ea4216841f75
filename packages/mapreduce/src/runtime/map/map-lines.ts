/**
 * mapLines: the loop of a map over the lines of its split: the mapper's hooks, its calls, and the counters meanwhile. Hadoop:
 * Mapper.run. One loop for mappers on strings; the one for mappers on bytes is mapSlices.
 */
import type { Job, MapContext, MapperWithHooks } from '../../job/define-job.js';
import { decodeText } from '../../job/text-codec.js';
import { SLOT } from '../counters.js';
import type { LineReader } from '../input/line-reader.js';
import type { TaskEnv } from '../task-api.js';
import { contextOf, userError } from '../user-code.js';
import type { RecordCollector } from './map-output-collector.js';
import { mapSlices } from './map-slices.js';

const RECORDS_BETWEEN_COUNTS = 64;

/** Rejects with what the runtime threw, or UserCodeError naming the line. `path` is what the mapper sees as its file. */
export async function mapLines(
  reader: LineReader,
  job: Job,
  path: string,
  splitStart: number,
  collector: RecordCollector,
  env: Pick<TaskEnv, 'progress' | 'conf'>,
): Promise<void> {
  const { progress } = env;
  const { counters } = progress;
  const context: MapContext<unknown, unknown> = {
    ...contextOf(progress, env.conf),
    emit: (key, value) => collector.collect(key, value),
    file: path,
    offset: () => reader.offset,
  };
  let records = 0;
  const publish = (): void => {
    const bytes = reader.filePosition - splitStart;
    counters[SLOT.mapInputRecords] = records;
    counters[SLOT.inputBytesRead] = bytes;
    counters[SLOT.fileBytesRead] = bytes;
    collector.publish();
  };
  const afterRecord = (): void => {
    records++;
    progress.advance(reader.filePosition - splitStart);
    if (records % RECORDS_BETWEEN_COUNTS === 0 || records < RECORDS_BETWEEN_COUNTS) publish();
  };
  let place = '';
  let where = 'setup of the mapper';
  try {
    const mapper = mapperOf(job);
    await mapper.setup?.(context);
    where = 'mapper';
    if (job.bytesMapper !== undefined) mapSlices(reader, job.bytesMapper, collector, context, afterRecord);
    else {
      while (reader.next()) {
        const pending = mapper.map(decodeText(reader.buffer, reader.start, reader.end), context);
        if (pending !== undefined) await pending;
        afterRecord();
      }
    }
    where = 'cleanup of the mapper';
    await mapper.cleanup?.(context);
  } catch (error) {
    if (where === 'mapper') place = `${path}, line at byte ${reader.offset}`;
    throw userError(where, place, error);
  } finally {
    publish();
  }
}

function mapperOf({ mapper }: Job): MapperWithHooks<unknown, unknown, unknown> {
  return typeof mapper === 'object' ? mapper : { map: mapper ?? (() => undefined) };
}
