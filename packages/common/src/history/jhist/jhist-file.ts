/**
 * Hadoop's history files: a line with the encoding, a line with the Avro schema, then events, as lines of Avro's JSON or as Avro's
 * binary one behind another. Hadoop: mapreduce.jobhistory.{EventReader,EventWriter} (reference mapreduce.md 6.2). Reads files of
 * Hadoop 0.23 to 3 by the schema they carry; what stands before a bad or torn event is good. Writes what Hadoop 3.4 writes.
 */
import { parseApplicationAttemptId } from '../../records/ids.js';
import { jobId as jobIdOf, type JobId } from '../../records/ids.js';
import { messageOf } from '../../errors.js';
import type { HistoryEvent } from '../history-events.js';
import { AvroBinaryDecoder, encodeAvro } from './avro-binary.js';
import { parseAvroSchema, type AvroType } from './avro-schema.js';
import { fromJhist, toJhist, type CounterTitles } from './jhist-events.js';
import { jhistSchema } from './jhist-schema.js';

const JSON_MARK = 'Avro-Json';
const BINARY_MARK = 'Avro-Binary';
const NEWLINE = 0x0a;

/** What Hadoop's `mapreduce.jobhistory.jhist.format` may be. */
export const JHIST_FORMATS = ['json', 'binary'] as const;
export type JhistFormat = (typeof JHIST_FORMATS)[number];

export interface Jhist {
  readonly format: JhistFormat;
  readonly jobId: JobId;
  readonly events: readonly HistoryEvent[];
  /** Why reading ended before the end of the file, if it did: number of the event from 1, and reason. */
  readonly truncated?: string;
}

/** Whether a file that begins so is one of Hadoop's histories. */
export function isJhist(start: Buffer): boolean {
  const [mark = ''] = start.toString('latin1', 0, BINARY_MARK.length + 1).split('\n');
  return mark.trimEnd() === JSON_MARK || mark.trimEnd() === BINARY_MARK;
}

/** Throws a plain Error for bytes that are no such file, or have no event that names the job. */
export function parseJhist(bytes: Buffer): Jhist {
  const markEnd = bytes.indexOf(NEWLINE);
  const schemaEnd = bytes.indexOf(NEWLINE, markEnd + 1);
  if (!isJhist(bytes) || markEnd < 0 || schemaEnd < 0)
    throw new Error('not a history of Hadoop: no Avro mark or schema');
  const format = bytes.toString('latin1', 0, markEnd).trimEnd() === JSON_MARK ? 'json' : 'binary';
  const schema: unknown = JSON.parse(bytes.toString('utf8', markEnd + 1, schemaEnd));
  const body = bytes.subarray(schemaEnd + 1);
  const data = format === 'json' ? jsonData(body) : binaryData(body, parseAvroSchema(schema));
  const events: HistoryEvent[] = [];
  let truncated: string | undefined;
  let number = 1;
  try {
    for (const datum of data) {
      const event = fromJhist(datum);
      if (event) events.push(event);
      number++;
    }
  } catch (error) {
    truncated = `event ${number}: ${messageOf(error)}`;
  }
  const jobId = jobOf(events);
  if (!jobId) throw new Error(truncated ?? 'no event names the job');
  return { format, jobId, events, ...(truncated === undefined ? {} : { truncated }) };
}

/** The file's pieces, in order. */
export function* formatJhist(
  events: Iterable<HistoryEvent>,
  format: JhistFormat,
  titles: CounterTitles,
): Generator<Buffer> {
  const schema = jhistSchema();
  const type = parseAvroSchema(schema);
  yield Buffer.from(`${format === 'json' ? JSON_MARK : BINARY_MARK}\n${JSON.stringify(schema)}\n`);
  for (const event of events) {
    const datum = toJhist(event, titles);
    if (datum === undefined) continue;
    yield format === 'json' ? Buffer.from(`${JSON.stringify(datum)}\n`) : encodeAvro(type, datum);
  }
}

function* jsonData(body: Buffer): Generator<unknown> {
  const lines = body.toString('utf8').split('\n');
  const torn = lines.at(-1) !== '';
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line) as unknown;
    } catch (error) {
      throw torn && i === lines.length - 1 ? new Error('the last event is incomplete') : error;
    }
  }
}

function* binaryData(body: Buffer, type: AvroType): Generator<unknown> {
  const decoder = new AvroBinaryDecoder(body);
  while (!decoder.atEnd) yield decoder.read(type);
}

function jobOf(events: readonly HistoryEvent[]): JobId | undefined {
  for (const event of events) {
    if ('jobId' in event) return event.jobId;
    if (event.type === 'AM_STARTED') {
      return jobIdOf(parseApplicationAttemptId(event.applicationAttemptId).applicationId);
    }
  }
  return undefined;
}
