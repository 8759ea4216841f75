/** Records as Hadoop's commands showed them; the texts they became are in ../data. */
import {
  applicationId,
  jobId,
  nodeId,
  type ApplicationReport,
  type CounterGroups,
  type JobReport,
  type NodeReport,
} from '@bobbin/common';

export const app = applicationId(1795259442712, 1);
export const job = jobId(app);

export function anApplication(change: Partial<ApplicationReport> = {}): ApplicationReport {
  return {
    applicationId: app,
    user: 'root',
    queue: 'root.default',
    name: 'word count',
    applicationType: 'MAPREDUCE',
    applicationTags: [],
    priority: 0,
    host: 'localhost',
    rpcPort: 32867,
    state: 'FINISHED',
    finalApplicationStatus: 'SUCCEEDED',
    trackingUrl: `http://localhost:18088/proxy/${app}/`,
    originalTrackingUrl: `http://localhost:19888/jobhistory/job/${job}`,
    diagnostics: '',
    submitTimeMs: 1795259453519,
    startTimeMs: 1795259453519,
    launchTimeMs: 1795259453519,
    finishTimeMs: 1795259469065,
    progress: 1,
    unmanaged: false,
    usage: {
      numUsedContainers: 0,
      numReservedContainers: 0,
      usedResources: { memoryMb: 0, vcores: 0 },
      neededResources: { memoryMb: 0, vcores: 0 },
      memorySeconds: 32663,
      vcoreSeconds: 30,
    },
    ...change,
  };
}

export function aJob(change: Partial<JobReport> = {}): JobReport {
  return {
    jobId: job,
    jobName: 'word count',
    user: 'root',
    queue: 'default',
    state: 'SUCCEEDED',
    mapProgress: 1,
    reduceProgress: 1,
    setupProgress: 1,
    cleanupProgress: 1,
    submitTimeMs: 1795259453519,
    startTimeMs: 1795259458000,
    finishTimeMs: 1795259468000,
    diagnostics: '',
    isUber: false,
    trackingUrl: `http://localhost:19888/jobhistory/job/${job}`,
    historyFile: `file:/opt/hadoop/run/staging/history/done/2026/11/21/000000/${job}_conf.xml`,
    mapsTotal: 2,
    mapsCompleted: 2,
    reducesTotal: 1,
    reducesCompleted: 1,
    ...change,
  };
}

export const aNode: NodeReport = {
  nodeId: nodeId('localhost', 35793),
  httpAddress: 'localhost:8042',
  rackName: '/default-rack',
  used: { memoryMb: 0, vcores: 0 },
  capability: { memoryMb: 8192, vcores: 4 },
  numContainers: 0,
  state: 'RUNNING',
  healthReport: '',
  lastHealthReportTimeMs: 0,
};

const M = 'org.apache.hadoop.mapreduce.';

/** Those of the word count in mapred-job-status.txt, in no particular order. */
export const wordCountCounters: CounterGroups = {
  [`${M}lib.output.FileOutputFormatCounter`]: { BYTES_WRITTEN: 289368 },
  [`${M}lib.input.FileInputFormatCounter`]: { BYTES_READ: 1000000 },
  'Shuffle Errors': { IO_ERROR: 0, WRONG_LENGTH: 0, BAD_ID: 0, WRONG_MAP: 0, CONNECTION: 0, WRONG_REDUCE: 0 },
  [`${M}TaskCounter`]: {
    SPILLED_RECORDS: 48400,
    MAP_INPUT_RECORDS: 25587,
    MAP_OUTPUT_RECORDS: 135400,
    MAP_OUTPUT_BYTES: 1482316,
    MAP_OUTPUT_MATERIALIZED_BYTES: 411872,
    SPLIT_RAW_BYTES: 184,
    COMBINE_INPUT_RECORDS: 135400,
    COMBINE_OUTPUT_RECORDS: 24200,
    REDUCE_INPUT_GROUPS: 21198,
    REDUCE_SHUFFLE_BYTES: 411872,
    REDUCE_INPUT_RECORDS: 24200,
    REDUCE_OUTPUT_RECORDS: 21198,
    SHUFFLED_MAPS: 2,
    FAILED_SHUFFLE: 0,
    MERGED_MAP_OUTPUTS: 2,
    GC_TIME_MILLIS: 74,
    CPU_MILLISECONDS: 2300,
    PHYSICAL_MEMORY_BYTES: 655298560,
    VIRTUAL_MEMORY_BYTES: 10626695168,
    COMMITTED_HEAP_BYTES: 1195376640,
    MAP_PHYSICAL_MEMORY_BYTES_MAX: 253460480,
    MAP_VIRTUAL_MEMORY_BYTES_MAX: 3540135936,
    REDUCE_PHYSICAL_MEMORY_BYTES_MAX: 152084480,
    REDUCE_VIRTUAL_MEMORY_BYTES_MAX: 3547475968,
  },
  [`${M}JobCounter`]: {
    TOTAL_LAUNCHED_MAPS: 2,
    TOTAL_LAUNCHED_REDUCES: 1,
    DATA_LOCAL_MAPS: 2,
    SLOTS_MILLIS_MAPS: 31128,
    SLOTS_MILLIS_REDUCES: 7160,
    MILLIS_MAPS: 7782,
    MILLIS_REDUCES: 1790,
    VCORES_MILLIS_MAPS: 7782,
    VCORES_MILLIS_REDUCES: 1790,
    MB_MILLIS_MAPS: 7968768,
    MB_MILLIS_REDUCES: 1832960,
  },
  [`${M}FileSystemCounter`]: {
    FILE_BYTES_READ: 1412272,
    FILE_BYTES_WRITTEN: 1993779,
    FILE_READ_OPS: 0,
    FILE_LARGE_READ_OPS: 0,
    FILE_WRITE_OPS: 0,
  },
};
