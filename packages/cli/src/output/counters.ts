/**
 * Counters as Hadoop prints them: groups and names in their display form, the framework's in Hadoop's order and zeros of fixed
 * sets included, a user's after them as they are. Hadoop: Counters.toString, the *Counter.properties files.
 */
import type { CounterGroups, CounterTitles } from '@bobbin/common';

interface Group {
  readonly name: string;
  readonly title: string;
  /** Name to display name, in order. */
  readonly counters: Readonly<Record<string, string>>;
}

const JOB_COUNTERS = {
  NUM_FAILED_MAPS: 'Failed map tasks',
  NUM_FAILED_REDUCES: 'Failed reduce tasks',
  NUM_KILLED_MAPS: 'Killed map tasks',
  NUM_KILLED_REDUCES: 'Killed reduce tasks',
  TOTAL_LAUNCHED_MAPS: 'Launched map tasks',
  TOTAL_LAUNCHED_REDUCES: 'Launched reduce tasks',
  OTHER_LOCAL_MAPS: 'Other local map tasks',
  DATA_LOCAL_MAPS: 'Data-local map tasks',
  RACK_LOCAL_MAPS: 'Rack-local map tasks',
  TOTAL_LAUNCHED_UBERTASKS: 'Launched uber tasks',
  NUM_UBER_SUBMAPS: 'Map tasks in uber tasks',
  NUM_UBER_SUBREDUCES: 'Reduce tasks in uber tasks',
  NUM_FAILED_UBERTASKS: 'Failed uber tasks',
  SLOTS_MILLIS_MAPS: 'Total time spent by all maps in occupied slots (ms)',
  SLOTS_MILLIS_REDUCES: 'Total time spent by all reduces in occupied slots (ms)',
  MILLIS_MAPS: 'Total time spent by all map tasks (ms)',
  MILLIS_REDUCES: 'Total time spent by all reduce tasks (ms)',
  VCORES_MILLIS_MAPS: 'Total vcore-milliseconds taken by all map tasks',
  VCORES_MILLIS_REDUCES: 'Total vcore-milliseconds taken by all reduce tasks',
  MB_MILLIS_MAPS: 'Total megabyte-milliseconds taken by all map tasks',
  MB_MILLIS_REDUCES: 'Total megabyte-milliseconds taken by all reduce tasks',
};

const TASK_COUNTERS = {
  MAP_INPUT_RECORDS: 'Map input records',
  MAP_OUTPUT_RECORDS: 'Map output records',
  MAP_OUTPUT_BYTES: 'Map output bytes',
  MAP_OUTPUT_MATERIALIZED_BYTES: 'Map output materialized bytes',
  SPLIT_RAW_BYTES: 'Input split bytes',
  COMBINE_INPUT_RECORDS: 'Combine input records',
  COMBINE_OUTPUT_RECORDS: 'Combine output records',
  REDUCE_INPUT_GROUPS: 'Reduce input groups',
  REDUCE_SHUFFLE_BYTES: 'Reduce shuffle bytes',
  REDUCE_INPUT_RECORDS: 'Reduce input records',
  REDUCE_OUTPUT_RECORDS: 'Reduce output records',
  SPILLED_RECORDS: 'Spilled Records',
  SHUFFLED_MAPS: 'Shuffled Maps ',
  FAILED_SHUFFLE: 'Failed Shuffles',
  MERGED_MAP_OUTPUTS: 'Merged Map outputs',
  GC_TIME_MILLIS: 'GC time elapsed (ms)',
  CPU_MILLISECONDS: 'CPU time spent (ms)',
  PHYSICAL_MEMORY_BYTES: 'Physical memory (bytes) snapshot',
  VIRTUAL_MEMORY_BYTES: 'Virtual memory (bytes) snapshot',
  COMMITTED_HEAP_BYTES: 'Total committed heap usage (bytes)',
  MAP_PHYSICAL_MEMORY_BYTES_MAX: 'Peak Map Physical memory (bytes)',
  MAP_VIRTUAL_MEMORY_BYTES_MAX: 'Peak Map Virtual memory (bytes)',
  REDUCE_PHYSICAL_MEMORY_BYTES_MAX: 'Peak Reduce Physical memory (bytes)',
  REDUCE_VIRTUAL_MEMORY_BYTES_MAX: 'Peak Reduce Virtual memory (bytes)',
};

const FILE_SYSTEM_COUNTERS = {
  BYTES_READ: 'Number of bytes read',
  BYTES_WRITTEN: 'Number of bytes written',
  READ_OPS: 'Number of read operations',
  LARGE_READ_OPS: 'Number of large read operations',
  WRITE_OPS: 'Number of write operations',
};

const SHUFFLE_ERRORS = ['BAD_ID', 'CONNECTION', 'IO_ERROR', 'WRONG_LENGTH', 'WRONG_MAP', 'WRONG_REDUCE'];

const MAPREDUCE = 'org.apache.hadoop.mapreduce.';

const GROUPS: readonly Group[] = [
  {
    name: `${MAPREDUCE}FileSystemCounter`,
    title: 'File System Counters',
    counters: Object.fromEntries(
      Object.entries(FILE_SYSTEM_COUNTERS).map(([name, title]) => [`FILE_${name}`, `FILE: ${title}`]),
    ),
  },
  { name: `${MAPREDUCE}JobCounter`, title: 'Job Counters ', counters: JOB_COUNTERS },
  { name: `${MAPREDUCE}TaskCounter`, title: 'Map-Reduce Framework', counters: TASK_COUNTERS },
  { name: 'Shuffle Errors', title: 'Shuffle Errors', counters: Object.fromEntries(SHUFFLE_ERRORS.map((n) => [n, n])) },
  {
    name: `${MAPREDUCE}lib.input.FileInputFormatCounter`,
    title: 'File Input Format Counters ',
    counters: { BYTES_READ: 'Bytes Read' },
  },
  {
    name: `${MAPREDUCE}lib.output.FileOutputFormatCounter`,
    title: 'File Output Format Counters ',
    counters: { BYTES_WRITTEN: 'Bytes Written' },
  },
];

/** Display forms, for files that keep them. Names without one are their own. */
export const counterTitles: CounterTitles = {
  group: (name) => GROUPS.find((group) => group.name === name)?.title ?? name,
  counter: (group, name) => {
    const known = GROUPS.find((one) => one.name === group)?.counters ?? {};
    return Object.hasOwn(known, name) ? (known[name] ?? name) : name;
  },
};

/** `Counters: N`, then each group behind one tab and its counters behind two. */
export function counterLines(groups: CounterGroups): string[] {
  const known = GROUPS.flatMap(({ name, title, counters }) => {
    const values = groups[name];
    return values ? [{ title, rows: ordered(values, counters) }] : [];
  });
  const others = Object.entries(groups)
    .filter(([name]) => !GROUPS.some((group) => group.name === name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, values]) => ({ title, rows: ordered(values, {}) }));
  const all = [...known, ...others].filter(({ rows }) => rows.length > 0);
  const count = all.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    `Counters: ${count}`,
    ...all.flatMap(({ title, rows }) => [`\t${title}`, ...rows.map(([name, value]) => `\t\t${name}=${value}`)]),
  ];
}

/** A counter by group and name, each in its own or its display form; `undefined` where there is none. */
export function findCounter(groups: CounterGroups, group: string, counter: string): number | undefined {
  const known = GROUPS.find(({ name, title }) => name === group || title.trim() === group.trim());
  const values = groups[known?.name ?? group];
  const name = Object.entries(known?.counters ?? {}).find(([, title]) => title.trim() === counter.trim())?.[0];
  return values?.[name ?? counter] ?? values?.[counter];
}

function ordered(
  values: Readonly<Record<string, number>>,
  titles: Readonly<Record<string, string>>,
): (readonly [title: string, value: number])[] {
  const known = Object.entries(titles).flatMap(([name, title]) => {
    const value = values[name];
    return value === undefined ? [] : [[title, value] as const];
  });
  const others = Object.entries(values)
    .filter(([name]) => !(name in titles))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [...known, ...others];
}
