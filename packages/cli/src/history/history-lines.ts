/**
 * A job's history as text and as JSON. Hadoop: mapreduce.jobhistory.{HumanReadable,JSON}HistoryViewerPrinter. What went wrong stands
 * apart from the tables, each attempt with its own words; times are UTC, durations as clocks show them.
 */
import type { AttemptInfo, JobInfo, TaskInfo } from '@bobbin/common';
import { counterLines } from '../output/counters.js';
import { tableLines, type Column } from '../output/table.js';

const at = (timeMs: number): string => (timeMs > 0 ? new Date(timeMs).toISOString() : '-');

/** `1.234 s`, `2 m 03 s`, `1 h 02 m`; a dash where either end is missing. */
function lasted(fromMs: number, toMs: number): string {
  if (fromMs <= 0 || toMs <= 0) return '-';
  const ms = Math.max(0, toMs - fromMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(3)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} m`;
}

const attemptsOf = (info: JobInfo): AttemptInfo[] =>
  [...info.tasks.values()].flatMap(({ attempts }) => [...attempts.values()]);

const AM_COLUMNS: readonly Column<JobInfo['amInfos'][number]>[] = [
  { title: 'AppMaster', width: 0, value: ({ applicationAttemptId }) => applicationAttemptId },
  { title: 'Started', width: 0, value: ({ startTimeMs }) => at(startTimeMs) },
  { title: 'Node', width: 0, value: ({ nodeManagerHost, nodeManagerPort }) => `${nodeManagerHost}:${nodeManagerPort}` },
  { title: 'Container', width: 0, value: ({ containerId }) => containerId },
];

const TASK_COLUMNS: readonly Column<TaskInfo>[] = [
  { title: 'Task', width: 0, value: ({ taskId }) => taskId },
  { title: 'State', width: 9, value: ({ state }) => state },
  { title: 'Started', width: 24, value: ({ startTimeMs }) => at(startTimeMs) },
  { title: 'Finished', width: 24, value: ({ finishTimeMs }) => at(finishTimeMs) },
  { title: 'Time', width: 9, value: ({ startTimeMs, finishTimeMs }) => lasted(startTimeMs, finishTimeMs) },
  { title: 'Attempts', width: 0, value: ({ attempts }) => String(attempts.size) },
];

const ATTEMPT_COLUMNS: readonly Column<AttemptInfo>[] = [
  { title: 'Attempt', width: 0, value: ({ attemptId }) => attemptId },
  { title: 'State', width: 9, value: ({ state }) => state },
  { title: 'Started', width: 24, value: ({ startTimeMs }) => at(startTimeMs) },
  { title: 'Time', width: 9, value: ({ startTimeMs, finishTimeMs }) => lasted(startTimeMs, finishTimeMs) },
  {
    title: 'Shuffle',
    width: 9,
    value: ({ startTimeMs, shuffleFinishTimeMs }) => lasted(startTimeMs, shuffleFinishTimeMs),
  },
  {
    title: 'Merge',
    width: 9,
    value: ({ shuffleFinishTimeMs, sortFinishTimeMs }) => lasted(shuffleFinishTimeMs, sortFinishTimeMs),
  },
  { title: 'Node', width: 0, value: ({ trackerName }) => trackerName },
  { title: 'Container', width: 0, value: ({ containerId }) => containerId },
];

/** Everything for eyes: the job, its tasks and attempts, what went wrong, counters. */
export function historyLines(info: JobInfo): string[] {
  return [
    ...jobLines(info),
    ...section(tableLines(AM_COLUMNS, info.amInfos)),
    ...section(tableLines(TASK_COLUMNS, [...info.tasks.values()])),
    ...section(tableLines(ATTEMPT_COLUMNS, attemptsOf(info))),
    ...section(adoptionLines(info)),
    ...section(troubleLines(info)),
    ...section(Object.keys(info.totalCounters).length > 0 ? counterLines(info.totalCounters) : []),
  ];
}

/** The same as one value for programs. */
export function historyAsJson(info: JobInfo): object {
  const tasks = [...info.tasks.values()].map((task) => ({ ...task, attempts: [...task.attempts.values()] }));
  return { ...info, tasks };
}

function jobLines(info: JobInfo): string[] {
  const { submitTimeMs, launchTimeMs, finishTimeMs } = info;
  const done = (type: 'MAP' | 'REDUCE', total: number): string =>
    [
      `${info.count(type, 'SUCCEEDED')} of ${total} succeeded`,
      ...(['FAILED', 'KILLED'] as const).flatMap((state) => {
        const count = info.count(type, state);
        return count > 0 ? [`${count} ${state.toLowerCase()}`] : [];
      }),
    ].join(', ');
  return [
    `Job: ${info.jobId}`,
    `Name: ${info.jobName}`,
    `User: ${info.user}`,
    `Queue: ${info.queue}`,
    `State: ${info.status}`,
    `Uber: ${info.uberized}`,
    `Submitted: ${at(submitTimeMs)}`,
    `Launched: ${at(launchTimeMs)} (${lasted(submitTimeMs, launchTimeMs)} after)`,
    `Finished: ${at(finishTimeMs)} (${lasted(launchTimeMs, finishTimeMs)} after)`,
    `Maps: ${done('MAP', info.totalMaps)}`,
    `Reduces: ${done('REDUCE', info.totalReduces)}`,
  ];
}

/** The attempts that ran on while their AppMaster died, with the instant its successor had them. */
function adoptionLines(info: JobInfo): string[] {
  const lines = attemptsOf(info).flatMap(({ attemptId, adoptTimeMs }) =>
    adoptTimeMs > 0 ? [`\t${attemptId} at ${at(adoptTimeMs)}`] : [],
  );
  return lines.length > 0 ? ['Taken over while they ran:', ...lines] : [];
}

/** The attempts that failed or were killed, each with its words, then the job's own. */
function troubleLines(info: JobInfo): string[] {
  const ended = attemptsOf(info).filter(({ state }) => state === 'FAILED' || state === 'KILLED');
  const attempts = ended.flatMap(({ attemptId, state, trackerName, error }) => [
    `${attemptId} ${state} on ${trackerName}`,
    ...indented(error),
  ]);
  const job = info.diagnostics === '' ? [] : [`${info.jobId} ${info.status}`, ...indented(info.diagnostics)];
  const lines = [...attempts, ...job];
  return lines.length > 0 ? ['What went wrong:', ...lines.map((line) => `\t${line}`)] : [];
}

const indented = (text: string): string[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [`\t${line}`]));

/** Nothing, or the lines below an empty one. A table without rows is nothing. */
const section = (lines: readonly string[]): string[] => (lines.length > 1 ? ['', ...lines] : []);
