/**
 * The counters a task keeps, as slots of one numeric table, so that a hot loop adds to a number and never to a map.
 * Hadoop: mapreduce.{TaskCounter,FileSystemCounter}, lib.input.FileInputFormatCounter, lib.output.FileOutputFormatCounter, the
 * group "Shuffle Errors". Names and groups are Hadoop's; programs that read counters of Hadoop jobs find them here.
 */
import type { CounterGroups } from '@bobbin/common';

export const TASK_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.TaskCounter';
export const FILE_SYSTEM_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.FileSystemCounter';
export const FILE_INPUT_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.lib.input.FileInputFormatCounter';
export const FILE_OUTPUT_COUNTER_GROUP = 'org.apache.hadoop.mapreduce.lib.output.FileOutputFormatCounter';
export const SHUFFLE_ERRORS_GROUP = 'Shuffle Errors';

type TaskCounterSlot = readonly [group: string, name: string];

const inGroup = (group: string, ...names: string[]): TaskCounterSlot[] => names.map((name) => [group, name]);

/** Slot number to group and name; the order is the table's layout and nothing else. */
export const TASK_COUNTERS: readonly TaskCounterSlot[] = [
  ...inGroup(
    TASK_COUNTER_GROUP,
    'MAP_INPUT_RECORDS',
    'MAP_OUTPUT_RECORDS',
    'MAP_OUTPUT_BYTES',
    'MAP_OUTPUT_MATERIALIZED_BYTES',
    'SPLIT_RAW_BYTES',
    'COMBINE_INPUT_RECORDS',
    'COMBINE_OUTPUT_RECORDS',
    'REDUCE_INPUT_GROUPS',
    'REDUCE_SHUFFLE_BYTES',
    'REDUCE_INPUT_RECORDS',
    'REDUCE_OUTPUT_RECORDS',
    'SPILLED_RECORDS',
    'SHUFFLED_MAPS',
    'FAILED_SHUFFLE',
    'MERGED_MAP_OUTPUTS',
  ),
  ...inGroup(FILE_SYSTEM_COUNTER_GROUP, 'FILE_BYTES_READ', 'FILE_BYTES_WRITTEN'),
  ...inGroup(FILE_INPUT_COUNTER_GROUP, 'BYTES_READ'),
  ...inGroup(FILE_OUTPUT_COUNTER_GROUP, 'BYTES_WRITTEN'),
  ...inGroup(SHUFFLE_ERRORS_GROUP, 'IO_ERROR', 'WRONG_LENGTH', 'BAD_ID', 'WRONG_MAP', 'CONNECTION', 'WRONG_REDUCE'),
];

const slotOf = (group: string, name: string): number => {
  const slot = TASK_COUNTERS.findIndex(([g, n]) => g === group && n === name);
  if (slot < 0) throw new Error(`no counter '${name}' in group '${group}'`);
  return slot;
};

/** Slots by name, for the code that counts. */
export const SLOT = {
  mapInputRecords: slotOf(TASK_COUNTER_GROUP, 'MAP_INPUT_RECORDS'),
  mapOutputRecords: slotOf(TASK_COUNTER_GROUP, 'MAP_OUTPUT_RECORDS'),
  mapOutputBytes: slotOf(TASK_COUNTER_GROUP, 'MAP_OUTPUT_BYTES'),
  mapOutputMaterializedBytes: slotOf(TASK_COUNTER_GROUP, 'MAP_OUTPUT_MATERIALIZED_BYTES'),
  splitRawBytes: slotOf(TASK_COUNTER_GROUP, 'SPLIT_RAW_BYTES'),
  combineInputRecords: slotOf(TASK_COUNTER_GROUP, 'COMBINE_INPUT_RECORDS'),
  combineOutputRecords: slotOf(TASK_COUNTER_GROUP, 'COMBINE_OUTPUT_RECORDS'),
  reduceInputGroups: slotOf(TASK_COUNTER_GROUP, 'REDUCE_INPUT_GROUPS'),
  reduceShuffleBytes: slotOf(TASK_COUNTER_GROUP, 'REDUCE_SHUFFLE_BYTES'),
  reduceInputRecords: slotOf(TASK_COUNTER_GROUP, 'REDUCE_INPUT_RECORDS'),
  reduceOutputRecords: slotOf(TASK_COUNTER_GROUP, 'REDUCE_OUTPUT_RECORDS'),
  spilledRecords: slotOf(TASK_COUNTER_GROUP, 'SPILLED_RECORDS'),
  shuffledMaps: slotOf(TASK_COUNTER_GROUP, 'SHUFFLED_MAPS'),
  failedShuffle: slotOf(TASK_COUNTER_GROUP, 'FAILED_SHUFFLE'),
  mergedMapOutputs: slotOf(TASK_COUNTER_GROUP, 'MERGED_MAP_OUTPUTS'),
  fileBytesRead: slotOf(FILE_SYSTEM_COUNTER_GROUP, 'FILE_BYTES_READ'),
  fileBytesWritten: slotOf(FILE_SYSTEM_COUNTER_GROUP, 'FILE_BYTES_WRITTEN'),
  inputBytesRead: slotOf(FILE_INPUT_COUNTER_GROUP, 'BYTES_READ'),
  outputBytesWritten: slotOf(FILE_OUTPUT_COUNTER_GROUP, 'BYTES_WRITTEN'),
  shuffleIoError: slotOf(SHUFFLE_ERRORS_GROUP, 'IO_ERROR'),
  shuffleWrongLength: slotOf(SHUFFLE_ERRORS_GROUP, 'WRONG_LENGTH'),
  shuffleBadId: slotOf(SHUFFLE_ERRORS_GROUP, 'BAD_ID'),
  shuffleWrongMap: slotOf(SHUFFLE_ERRORS_GROUP, 'WRONG_MAP'),
  shuffleConnection: slotOf(SHUFFLE_ERRORS_GROUP, 'CONNECTION'),
  shuffleWrongReduce: slotOf(SHUFFLE_ERRORS_GROUP, 'WRONG_REDUCE'),
} as const;

/** Groups by name from the table and the user's own counters; zeros of the framework's are left out, as Hadoop does. */
export function toCounterGroups(
  values: ArrayLike<number>,
  userCounters: readonly { readonly group: string; readonly name: string; readonly value: number }[],
): CounterGroups {
  const groups: Record<string, Record<string, number>> = {};
  const put = (group: string, name: string, value: number): void => {
    (groups[group] ??= {})[name] = value;
  };
  TASK_COUNTERS.forEach(([group, name], slot) => {
    const value = values[slot] ?? 0;
    if (value !== 0) put(group, name, value);
  });
  for (const { group, name, value } of userCounters) put(group, name, value);
  return groups;
}
