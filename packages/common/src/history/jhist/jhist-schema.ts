/**
 * The Avro schema Hadoop 3.4 writes into its history files, as the second line of a file has it, made from the table of
 * records. Hadoop: Event.SCHEMA$. A type is declared where it is first used and named from then on.
 */
import { JHIST_EVENT_TYPES, JHIST_NAMESPACE, JHIST_RECORDS, type JhistField } from './jhist-table.js';

const record = (name: string, fields: readonly object[]): object => ({ type: 'record', name, fields });
const list = (items: unknown): object => ({ type: 'array', items });

/** The schema as a value; its JSON text is one line. */
export function jhistSchema(): object {
  let counters: unknown = record('JhCounters', [
    { name: 'name', type: 'string' },
    {
      name: 'groups',
      type: list(
        record('JhCounterGroup', [
          { name: 'name', type: 'string' },
          { name: 'displayName', type: 'string' },
          {
            name: 'counts',
            type: list(
              record('JhCounter', [
                { name: 'name', type: 'string' },
                { name: 'displayName', type: 'string' },
                { name: 'value', type: 'long' },
              ]),
            ),
          },
        ]),
      ),
    },
  ]);
  const countersOnce = (): unknown => {
    const declared = counters;
    counters = 'JhCounters';
    return declared;
  };
  const field = ([name, , type]: JhistField): object => {
    switch (type) {
      case 'string?':
        return { name, type: ['null', 'string'], default: null };
      case 'requiredString?':
        return { name, type: ['null', 'string'] };
      case 'counters?':
        return { name, type: ['null', countersOnce()], default: null };
      case 'counters':
        return { name, type: countersOnce() };
      case 'tally':
        return { name, type: 'int', default: -1 };
      case 'map':
        return { name, type: { type: 'map', values: 'string' } };
      case 'ints':
        return { name, type: list('int') };
      case 'string':
      case 'long':
      case 'int':
      case 'boolean':
        return { name, type };
    }
  };
  return {
    type: 'record',
    name: 'Event',
    namespace: JHIST_NAMESPACE,
    fields: [
      { name: 'type', type: { type: 'enum', name: 'EventType', symbols: JHIST_EVENT_TYPES } },
      { name: 'event', type: Object.entries(JHIST_RECORDS).map(([name, fields]) => record(name, fields.map(field))) },
    ],
  };
}
