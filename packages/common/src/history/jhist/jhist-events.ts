/**
 * Our history events as the values of Hadoop's records, and back. Hadoop: the get/setDatum pairs of mapreduce.jobhistory's
 * *Event classes, EventReader. What a file of an older Hadoop lacks gets the table's value. A tracker is written by its host
 * alone, as Hadoop's readers expect it; progress splits that are all empty read as none.
 */
import { parseTaskId } from '../../records/ids.js';
import type { CounterGroups } from '../../records/protocols.js';
import { groupIn } from '../history-counters.js';
import type { HistoryEvent } from '../history-events.js';
import type { AvroDatum } from './avro-binary.js';
import { JHIST_NAMESPACE, JHIST_RECORDS, RECORD_OF, type JhistEventType, type JhistField } from './jhist-table.js';

/** How counters are called on pages; Hadoop keeps it in the file. */
export interface CounterTitles {
  group(name: string): string;
  counter(group: string, name: string): string;
}

type Loose = Record<string, unknown>;
type Values = Readonly<Record<string, AvroDatum>>;

const SPLIT_ROWS = ['clockSplits', 'cpuUsages', 'vMemKbytes', 'physMemKbytes'] as const;
const COUNTERS_NAMES: Readonly<Record<string, string>> = {
  totalCounters: 'TOTAL_COUNTERS',
  mapCounters: 'MAP_COUNTERS',
  reduceCounters: 'REDUCE_COUNTERS',
};

const isHadoops = (type: string): type is JhistEventType => type in RECORD_OF;

/** The wrapper record of one event; undefined for one that Hadoop does not have. */
export function toJhist(event: HistoryEvent, titles: CounterTitles): AvroDatum | undefined {
  if (!isHadoops(event.type)) return undefined;
  const name = RECORD_OF[event.type];
  const values = event as unknown as Loose;
  const fields = JHIST_RECORDS[name].map((field) => [field[0], valueOf(field, values, titles)] as const);
  return { type: event.type, event: { [`${JHIST_NAMESPACE}.${name}`]: Object.fromEntries(fields) } };
}

/** The event in a wrapper record; undefined for one of a kind we do not have. Throws a plain Error for anything else. */
export function fromJhist(datum: unknown): HistoryEvent | undefined {
  const { type, event } = objectOf(datum);
  if (typeof type !== 'string' || event === undefined) throw new Error('a record is no history event');
  if (!isHadoops(type)) return undefined;
  const values = objectOf(unwrapped(event)) as Values;
  const read: Loose = { type };
  for (const field of JHIST_RECORDS[RECORD_OF[type]] as readonly JhistField[]) {
    const [, ours] = field;
    if (ours === undefined || (ours === 'taskType' && type.includes('_ATTEMPT_'))) continue;
    const value = readField(field, values);
    if (value !== undefined) read[ours] = value;
  }
  const splits = splitsOf(values);
  if (splits) read['splits'] = splits;
  if ('taskId' in read) parseTaskId(String(read['taskId']));
  return read as unknown as HistoryEvent;
}

function valueOf([avro, ours, type, absent]: JhistField, event: Loose, titles: CounterTitles): AvroDatum {
  if (type === 'ints') return ((event['splits'] as Loose | undefined)?.[avro] as readonly number[] | undefined) ?? [];
  if (ours === 'taskType') return parseTaskId(String(event['taskId'])).type;
  const value = ours === undefined ? undefined : event[ours];
  switch (type) {
    case 'counters':
      return jhCounters(COUNTERS_NAMES[avro] ?? 'COUNTERS', (value ?? {}) as CounterGroups, titles);
    case 'counters?':
      if (value === undefined) return null;
      return { [`${JHIST_NAMESPACE}.JhCounters`]: jhCounters('COUNTERS', value as CounterGroups, titles) };
    case 'string?':
    case 'requiredString?':
      if (ours === undefined) return absent ?? null;
      return value === undefined ? null : { string: textOf(value) };
    case 'string':
      return avro === 'trackerName' ? hostOf(textOf(value)) : textOf(value);
    case 'map':
    case 'long':
    case 'int':
    case 'tally':
    case 'boolean':
      return (value ?? absent ?? 0) as AvroDatum;
  }
}

function readField([avro, ours, type, absent]: JhistField, values: Values): unknown {
  const value = values[avro];
  switch (type) {
    case 'counters':
      return groupsOf(value);
    case 'counters?':
      return isPresent(value) ? groupsOf(unwrapped(value)) : undefined;
    case 'string?':
    case 'requiredString?':
      return isPresent(value) ? unwrapped(value) : absent;
    case 'tally':
      // -1 where a Hadoop that did not count them wrote the file.
      return Math.max(0, Number(value ?? 0));
    default:
      if (value !== undefined) return value;
      if (absent === undefined) throw new Error(`an event lacks '${avro}' (${ours ?? avro})`);
      return absent;
  }
}

function splitsOf(values: Values): Loose | undefined {
  const rows = SPLIT_ROWS.map((name) => [name, values[name] ?? []] as const);
  return rows.some(([, row]) => Array.isArray(row) && row.length > 0) ? Object.fromEntries(rows) : undefined;
}

function jhCounters(name: string, groups: CounterGroups, titles: CounterTitles): AvroDatum {
  return {
    name,
    groups: Object.entries(groups).map(([group, counts]) => ({
      name: group,
      displayName: titles.group(group),
      counts: Object.entries(counts).map(([counter, value]) => ({
        name: counter,
        displayName: titles.counter(group, counter),
        value,
      })),
    })),
  };
}

function groupsOf(datum: unknown): CounterGroups {
  const groups: Record<string, Record<string, number>> = {};
  for (const group of listOf(objectOf(datum ?? {})['groups'])) {
    const { name, counts } = objectOf(group);
    const values = groupIn(groups, String(name));
    for (const count of listOf(counts)) {
      const counter = objectOf(count);
      values[String(counter['name'])] = Number(counter['value']);
    }
  }
  return groups;
}

const isPresent = (value: AvroDatum | undefined): value is AvroDatum => value !== undefined && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Hadoop's trackers are hosts, ours `host:port`. */
const hostOf = (tracker: string): string => tracker.replace(/:\d+$/, '');

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`'${String(value)}' stands where a record should`);
  return value as Readonly<Record<string, unknown>>;
}

/** The value of a union that is not null. */
function unwrapped(value: unknown): unknown {
  const [inner] = Object.values(objectOf(value));
  return inner;
}
