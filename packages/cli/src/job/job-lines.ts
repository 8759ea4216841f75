/** Jobs as text. Hadoop: mapreduce.tools.CLI, whose words and order scripts rely on. */
import { jobId, type ApplicationReport, type CounterGroups, type JobReport } from '@bobbin/common';
import { withoutToken } from '../app/application-lines.js';
import { counterLines } from '../output/counters.js';
import { tableLines, type Column } from '../output/table.js';

/** Hadoop's JobStatus.State of an application: what a job is to those who do not ask its AppMaster. */
export function jobStateOf({ state, finalApplicationStatus }: ApplicationReport): string {
  if (state === 'FINISHED') return finalApplicationStatus;
  if (state === 'RUNNING' || state === 'FAILED' || state === 'KILLED') return state;
  return 'PREP';
}

const used = (value: number | undefined): string => (value === undefined ? 'N/A' : String(value));
const megabytes = (value: number | undefined): string => (value === undefined ? 'N/A' : `${value}M`);

const COLUMNS: readonly Column<ApplicationReport>[] = [
  { title: 'JobId', width: 23, value: ({ applicationId }) => jobId(applicationId) },
  { title: 'JobName', width: 40, value: ({ name }) => name },
  { title: 'State', width: 10, value: jobStateOf },
  { title: 'StartTime', width: 14, value: ({ startTimeMs }) => String(startTimeMs) },
  { title: 'UserName', width: 12, value: ({ user }) => user },
  { title: 'Queue', width: 12, value: ({ queue }) => queue },
  { title: 'Priority', width: 10, value: ({ priority }) => (priority === 0 ? 'DEFAULT' : String(priority)) },
  { title: 'UsedContainers', width: 15, value: ({ usage }) => used(usage?.numUsedContainers) },
  { title: 'RsvdContainers', width: 15, value: ({ usage }) => used(usage?.numReservedContainers) },
  { title: 'UsedMem', width: 8, value: ({ usage }) => megabytes(usage?.usedResources.memoryMb) },
  { title: 'RsvdMem', width: 8, value: ({ usage }) => megabytes(usage && 0) },
  { title: 'NeededMem', width: 10, value: ({ usage }) => megabytes(usage?.neededResources.memoryMb) },
  { title: 'AM info', width: 10, value: ({ trackingUrl }) => trackingUrl || 'N/A' },
];

/** The report of a job's application, with the job's id and state. */
export function jobAsJson(application: ApplicationReport): object {
  return { jobId: jobId(application.applicationId), jobState: jobStateOf(application), ...withoutToken(application) };
}

export function jobListLines(applications: readonly ApplicationReport[]): string[] {
  return [`Total jobs:${applications.length}`, ...tableLines(COLUMNS, applications)];
}

/** Java writes a float with its point. */
const float = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

export function jobStatusLines(job: JobReport, counters: CounterGroups | undefined): string[] {
  return [
    `Job: ${job.jobId}`,
    `Job File: ${job.historyFile}`,
    `Job Tracking URL : ${job.trackingUrl}`,
    `Uber job : ${job.isUber}`,
    `Number of maps: ${job.mapsTotal}`,
    `Number of reduces: ${job.reducesTotal}`,
    `map() completion: ${float(job.mapProgress)}`,
    `reduce() completion: ${float(job.reduceProgress)}`,
    `Job state: ${job.state}`,
    `retired: false`,
    `reason for failure: ${job.diagnostics.trim()}`,
    ...(counters ? counterLines(counters) : []),
  ];
}
