/**
 * Counters as the history file writes them: `[slot, value, slot, value, ..., {group: {name: value}}]`. A slot is a place in
 * the list below, which is part of format version 1: names are only ever appended. Counters of no slot (users' own, other
 * file systems) stand by name in a last element, absent where there are none.
 */
import type { CounterGroups } from '../records/protocols.js';

const inGroup = (group: string, names: string): (readonly [string, string])[] =>
  names.split(' ').map((name) => [group, name] as const);

const SLOTS: readonly (readonly [group: string, name: string])[] = [
  ...inGroup(
    'org.apache.hadoop.mapreduce.TaskCounter',
    'MAP_INPUT_RECORDS MAP_OUTPUT_RECORDS MAP_OUTPUT_BYTES MAP_OUTPUT_MATERIALIZED_BYTES SPLIT_RAW_BYTES ' +
      'COMBINE_INPUT_RECORDS COMBINE_OUTPUT_RECORDS REDUCE_INPUT_GROUPS REDUCE_SHUFFLE_BYTES REDUCE_INPUT_RECORDS ' +
      'REDUCE_OUTPUT_RECORDS SPILLED_RECORDS SHUFFLED_MAPS FAILED_SHUFFLE MERGED_MAP_OUTPUTS GC_TIME_MILLIS ' +
      'CPU_MILLISECONDS PHYSICAL_MEMORY_BYTES VIRTUAL_MEMORY_BYTES COMMITTED_HEAP_BYTES MAP_PHYSICAL_MEMORY_BYTES_MAX ' +
      'MAP_VIRTUAL_MEMORY_BYTES_MAX REDUCE_PHYSICAL_MEMORY_BYTES_MAX REDUCE_VIRTUAL_MEMORY_BYTES_MAX',
  ),
  ...inGroup(
    'org.apache.hadoop.mapreduce.FileSystemCounter',
    'FILE_BYTES_READ FILE_BYTES_WRITTEN FILE_READ_OPS FILE_LARGE_READ_OPS FILE_WRITE_OPS',
  ),
  ...inGroup('org.apache.hadoop.mapreduce.lib.input.FileInputFormatCounter', 'BYTES_READ'),
  ...inGroup('org.apache.hadoop.mapreduce.lib.output.FileOutputFormatCounter', 'BYTES_WRITTEN'),
  ...inGroup('Shuffle Errors', 'IO_ERROR WRONG_LENGTH BAD_ID WRONG_MAP CONNECTION WRONG_REDUCE'),
  ...inGroup(
    'org.apache.hadoop.mapreduce.JobCounter',
    'NUM_FAILED_MAPS NUM_FAILED_REDUCES NUM_KILLED_MAPS NUM_KILLED_REDUCES TOTAL_LAUNCHED_MAPS TOTAL_LAUNCHED_REDUCES ' +
      'OTHER_LOCAL_MAPS DATA_LOCAL_MAPS RACK_LOCAL_MAPS SLOTS_MILLIS_MAPS SLOTS_MILLIS_REDUCES MILLIS_MAPS ' +
      'MILLIS_REDUCES VCORES_MILLIS_MAPS VCORES_MILLIS_REDUCES MB_MILLIS_MAPS MB_MILLIS_REDUCES ' +
      'TOTAL_LAUNCHED_UBERTASKS NUM_UBER_SUBMAPS NUM_UBER_SUBREDUCES NUM_FAILED_UBERTASKS',
  ),
];

/** Group to name to slot: each task that ends asks for some thirty. */
const slotsByGroup = new Map<string, Map<string, number>>();
for (const [slot, [group, name]] of SLOTS.entries()) {
  const names = slotsByGroup.get(group) ?? new Map<string, number>();
  slotsByGroup.set(group, names.set(name, slot));
}

type Groups = Record<string, Record<string, number>>;

/** The group of this name, made where there is none: users may call theirs `toString`. */
export function groupIn(groups: Groups, name: string): Record<string, number> {
  if (!Object.hasOwn(groups, name)) groups[name] = {};
  return groups[name] ?? {};
}

/** The compact form; the same counters give the same value whatever order their groups came in. */
export function packCounters(counters: CounterGroups): readonly unknown[] {
  const bySlot: (number | undefined)[] = new Array<number | undefined>(SLOTS.length).fill(undefined);
  const others: [group: string, name: string, value: number][] = [];
  for (const group of Object.keys(counters)) {
    const slots = slotsByGroup.get(group);
    const names = counters[group] ?? {};
    for (const name of Object.keys(names)) {
      const value = names[name] ?? 0;
      const slot = slots?.get(name);
      if (slot === undefined) others.push([group, name, value]);
      else bySlot[slot] = value;
    }
  }
  const packed: unknown[] = [];
  for (let slot = 0; slot < bySlot.length; slot++) {
    if (bySlot[slot] !== undefined) packed.push(slot, bySlot[slot]);
  }
  if (others.length > 0) packed.push(byName(others));
  return packed;
}

/** In the order of their names, whatever order they came in. */
function byName(counters: readonly (readonly [group: string, name: string, value: number])[]): Groups {
  const groups: Groups = {};
  const sorted = [...counters].sort(([g1, n1], [g2, n2]) => (g1 === g2 ? compare(n1, n2) : compare(g1, g2)));
  for (const [group, name, value] of sorted) groupIn(groups, group)[name] = value;
  return groups;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether two packed lists say the same. */
export function samePacked(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  return one.every((item, at) => {
    const there = other[at];
    return typeof item === 'object' ? JSON.stringify(item) === JSON.stringify(there) : item === there;
  });
}

/** What `packCounters` packed. Throws a plain Error for anything it cannot have made. */
export function unpackCounters(packed: unknown): CounterGroups {
  if (!Array.isArray(packed)) throw new Error('counters are not a list');
  const items: unknown[] = packed;
  const groups: Groups = {};
  const paired = items.length - (items.length % 2);
  for (let i = 0; i < paired; i += 2) {
    const place = SLOTS[Number(items[i])];
    const value = items[i + 1];
    if (!place || typeof value !== 'number') throw new Error(`no counter has slot ${String(items[i])}`);
    const [group, name] = place;
    groupIn(groups, group)[name] = value;
  }
  if (paired < items.length) {
    const others = items[paired] as Groups;
    for (const [group, names] of Object.entries(others)) groups[group] = { ...groups[group], ...names };
  }
  return groups;
}
