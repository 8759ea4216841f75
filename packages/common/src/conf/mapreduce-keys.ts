/** Keys of a MapReduce job and its tasks. Hadoop: mapred-default.xml, MRJobConfig, FileInputFormat, FileOutputCommitter. */
import { bool, bytes, decimal, duration, fraction, integer, list, oneOf, text } from './codec.js';
import { key, optionalKey } from './key.js';

const shuffle = 'mapreduce.reduce.shuffle';
const uber = 'mapreduce.job.ubertask';
const speculative = 'mapreduce.job.speculative';

/** What describes the job as a whole and how its tasks are sized, tried and ordered. */
const jobKeys = {
  jobName: key('mapreduce.job.name', text, '', 'Name of the job; empty: the name of its file.'),
  userName: optionalKey('mapreduce.job.user.name', text, 'Who submitted the job.'),
  queueName: key('mapreduce.job.queuename', text, 'default', 'Queue the job is submitted to.'),
  jobPriority: key(
    'mapreduce.job.priority',
    oneOf('DEFAULT', 'VERY_LOW', 'LOW', 'NORMAL', 'HIGH', 'VERY_HIGH', '0', '1', '2', '3', '4', '5'),
    'DEFAULT',
    'Priority of the job in its queue.',
  ),
  jobTags: key('mapreduce.job.tags', list, '', 'Tags of the application.'),
  frameworkName: key(
    'mapreduce.framework.name',
    oneOf('yarn'),
    'yarn',
    'Where jobs run. Jobs run on the cluster; there is no local runner.',
    { hadoopDefault: 'local' },
  ),
  numReduces: optionalKey(
    'mapreduce.job.reduces',
    integer(0),
    'Number of reduce tasks; absent: what the job file says, else 1.',
  ),
  maxMaps: key('mapreduce.job.max.map', integer(-1), '-1', 'A job with more maps is refused; -1: no limit.'),
  mapMemoryMb: key('mapreduce.map.memory.mb', integer(-1), '-1', 'Memory of a map container in MiB; -1: 1024.'),
  reduceMemoryMb: key(
    'mapreduce.reduce.memory.mb',
    integer(-1),
    '-1',
    'Memory of a reduce container in MiB; -1: 1024.',
  ),
  mapVcores: key('mapreduce.map.cpu.vcores', integer(1), '1', 'Virtual cores of a map container.'),
  reduceVcores: key('mapreduce.reduce.cpu.vcores', integer(1), '1', 'Virtual cores of a reduce container.'),
  heapMemoryRatio: key(
    'mapreduce.job.heap.memory-mb.ratio',
    fraction,
    '0.8',
    "Share of a container's memory that user code may use as heap; buffers are taken from it first.",
  ),
  mapMaxAttempts: key('mapreduce.map.maxattempts', integer(1), '4', 'Attempts of a map task.'),
  reduceMaxAttempts: key('mapreduce.reduce.maxattempts', integer(1), '4', 'Attempts of a reduce task.'),
  mapFailuresMaxPercent: key(
    'mapreduce.map.failures.maxpercent',
    integer(0, 100),
    '0',
    'Share of maps in percent that may fail without failing the job.',
  ),
  reduceFailuresMaxPercent: key(
    'mapreduce.reduce.failures.maxpercent',
    integer(0, 100),
    '0',
    'Share of reduces in percent that may fail without failing the job.',
  ),
  maxTaskFailuresPerTracker: key(
    'mapreduce.job.maxtaskfailures.per.tracker',
    integer(1),
    '3',
    'Failures after which a job avoids a node.',
  ),
  taskTimeoutMs: key(
    'mapreduce.task.timeout',
    duration('ms', 0),
    '600000',
    'A task that shows no progress for so long has failed; 0: never.',
  ),
  taskTimeoutCheckIntervalMs: key(
    'mapreduce.task.timeout.check-interval-ms',
    duration('ms', 1),
    '30000',
    'How late at most such a task is noticed.',
  ),
  taskStuckTimeoutMs: key(
    'mapreduce.task.stuck.timeout-ms',
    duration('ms', 0),
    '600000',
    'A container that never reported has failed after so long.',
  ),
  taskExitTimeoutMs: key(
    'mapreduce.task.exit.timeout',
    duration('ms', 0),
    '60000',
    'How long a task that is done may take to leave.',
  ),
  taskExitTimeoutCheckIntervalMs: key(
    'mapreduce.task.exit.timeout.check-interval-ms',
    duration('ms', 1),
    '20000',
    'How late at most that is noticed.',
  ),
  taskPingForLivelinessCheckEnabled: key(
    'mapreduce.task.ping-for-liveliness-check.enabled',
    bool,
    'false',
    'Whether a mere sign of life counts as progress.',
  ),
  taskProgressReportIntervalMs: optionalKey(
    'mapreduce.task.progress-report.interval',
    duration('ms', 1),
    'How often a task reports; absent: a hundredth of the timeout.',
  ),
  taskAppMasterWaitMs: key(
    'bobbin.task.appmaster-wait-ms',
    duration('ms', 0),
    '1200000',
    'How long a task goes on without an AppMaster before it ends itself: as long as the RM may take to miss a dead one (`yarn.am.liveness-monitor.expiry-interval-ms`) and start the next.',
  ),
  taskLocalWriteLimitBytes: key(
    'mapreduce.task.local-fs.write-limit.bytes',
    bytes(-1),
    '-1',
    'Most an attempt may write to local disks before its task fails; -1: no limit.',
  ),
  reduceSlowstartCompletedMaps: key(
    'mapreduce.job.reduce.slowstart.completedmaps',
    fraction,
    '0.05',
    'Share of maps done before reduces are scheduled.',
  ),
  reducerPreemptDelayMs: key(
    'mapreduce.job.reducer.preempt.delay.sec',
    duration('s', -1),
    '0',
    'How long a map must wait before a reduce gives way to it; -1: never.',
  ),
  reducerUnconditionalPreemptDelayMs: key(
    'mapreduce.job.reducer.unconditional-preempt.delay.sec',
    duration('s', -1),
    '300',
    'The same where headroom says that there is room; -1: never.',
  ),
  finishWhenAllReducersDone: key(
    'mapreduce.job.finish-when-all-reducers-done',
    bool,
    'true',
    'Whether maps that run again are given up once all reduces are done.',
  ),
  runningMapLimit: key('mapreduce.job.running.map.limit', integer(0), '0', 'Maps at the same time; 0: no limit.'),
  runningReduceLimit: key(
    'mapreduce.job.running.reduce.limit',
    integer(0),
    '0',
    'Reduces at the same time; 0: no limit.',
  ),
  mapSpeculative: key('mapreduce.map.speculative', bool, 'true', 'Whether a slow map may get a second attempt.'),
  reduceSpeculative: key(
    'mapreduce.reduce.speculative',
    bool,
    'true',
    'Whether a slow reduce may get a second attempt.',
  ),
  speculativeCapRunningTasksFraction: key(
    `${speculative}.speculative-cap-running-tasks`,
    fraction,
    '0.1',
    'Speculative attempts, as a share of the running tasks.',
  ),
  speculativeCapTotalTasksFraction: key(
    `${speculative}.speculative-cap-total-tasks`,
    fraction,
    '0.01',
    'Speculative attempts, as a share of all tasks.',
  ),
  speculativeMinimumAllowedTasks: key(
    `${speculative}.minimum-allowed-tasks`,
    integer(0),
    '10',
    'Speculative attempts allowed whatever the shares say.',
  ),
  speculativeRetryAfterNoSpeculateMs: key(
    `${speculative}.retry-after-no-speculate`,
    duration('ms', 1),
    '1000',
    'Pause after a look that found nothing slow.',
  ),
  speculativeRetryAfterSpeculateMs: key(
    `${speculative}.retry-after-speculate`,
    duration('ms', 1),
    '15000',
    'Pause after a speculative attempt.',
  ),
  speculativeSlowTaskThreshold: key(
    `${speculative}.slowtaskthreshold`,
    decimal(0),
    '1.0',
    'Standard deviations behind the mean that make a task slow.',
  ),
  uberEnable: key(
    `${uber}.enable`,
    bool,
    'true',
    "Whether a small job runs in its AppMaster's own container. On: it is the quickest.",
    { hadoopDefault: 'false' },
  ),
  uberMaxMaps: key(`${uber}.maxmaps`, integer(0), '9', 'Most maps of a small job.'),
  uberMaxReduces: key(`${uber}.maxreduces`, integer(0), '1', 'Most reduces of a small job.'),
  uberMaxBytes: optionalKey(`${uber}.maxbytes`, bytes(0), 'Most input of a small job; absent: one block.'),
  containerReuseEnable: key(
    'bobbin.job.container-reuse.enable',
    bool,
    'true',
    'Whether a task container runs further tasks of the job, fully reset in between.',
  ),
  threadReuseEnable: key(
    'bobbin.job.thread-reuse.enable',
    bool,
    'true',
    'Whether a thread that a task has left as it was, as far as can be seen, takes the next task of its container.',
  ),
  codeCacheEnable: key(
    'bobbin.job.code-cache.enable',
    bool,
    'true',
    'Whether AppMaster and tasks begin with the code that V8 made of them at an earlier start on the node.',
  ),
  retryElsewhereWaitMs: key(
    'bobbin.job.retry-elsewhere-wait-ms',
    duration('ms', 0),
    '30000',
    'How long, for each failure so far, the next attempt of a task waits for a node on which the task has not failed; 0: it takes any node.',
  ),
  jobCountersMax: key('mapreduce.job.counters.max', integer(1), '120', 'Most counters of a job.'),
  jobCounterGroupsMax: key('mapreduce.job.counters.groups.max', integer(1), '50', 'Most counter groups of a job.'),
  jobCounterGroupNameMax: key('mapreduce.job.counters.group.name.max', integer(1), '128', 'Longest group name.'),
  jobCounterNameMax: key('mapreduce.job.counters.counter.name.max', integer(1), '64', 'Longest counter name.'),
  preserveFailedTaskFiles: key(
    'mapreduce.task.files.preserve.failedtasks',
    bool,
    'false',
    'Whether the staging folder stays when the job is over.',
  ),
} as const;

/** Where a job's records come from and go to. */
const inputOutputKeys = {
  inputDirs: optionalKey('mapreduce.input.fileinputformat.inputdir', text, 'Input paths, separated by commas.'),
  inputDirRecursive: key(
    'mapreduce.input.fileinputformat.input.dir.recursive',
    bool,
    'false',
    'Whether folders inside an input folder are read too.',
  ),
  splitMinBytes: key('mapreduce.input.fileinputformat.split.minsize', bytes(0), '0', 'Smallest split.'),
  splitMaxBytes: optionalKey(
    'mapreduce.input.fileinputformat.split.maxsize',
    bytes(1),
    'Largest split; absent: no limit.',
  ),
  maxSplitLocations: key('mapreduce.job.max.split.locations', integer(1), '15', 'Hosts kept for each split.'),
  lineMaxBytes: key(
    'mapreduce.input.linerecordreader.line.maxlength',
    bytes(1),
    '2147483647',
    'Longest line; a longer one is skipped.',
  ),
  localBlockBytes: key(
    'bobbin.fs.local.block-size',
    bytes(1),
    '128m',
    'Block size of local files: the size of a split where nothing else says.',
  ),
  outputDir: optionalKey('mapreduce.output.fileoutputformat.outputdir', text, 'Folder of the result; must not exist.'),
  textOutputSeparator: key(
    'mapreduce.output.textoutputformat.separator',
    text,
    '\t',
    'What stands between key and value of a text output.',
  ),
  committerAlgorithmVersion: key(
    'mapreduce.fileoutputcommitter.algorithm.version',
    oneOf('1'),
    '1',
    "When a task's output moves to its place: at the end of the job. A job that fails then leaves no half result.",
    { hadoopDefault: '2' },
  ),
  committerFailuresAttempts: key(
    'mapreduce.fileoutputcommitter.failures.attempts',
    integer(1),
    '1',
    'Attempts of the commit of a job.',
  ),
  committerMarkSuccessfulJobs: key(
    'mapreduce.fileoutputcommitter.marksuccessfuljobs',
    bool,
    'true',
    'Whether a file `_SUCCESS` marks a complete result.',
  ),
} as const;

/** The way of a record from the mapper to the reducer. */
const dataPathKeys = {
  ioSortMb: key('mapreduce.task.io.sort.mb', integer(1, 2047), '100', 'Memory of the map output buffer, in MiB.'),
  ioSortFactor: key('mapreduce.task.io.sort.factor', integer(2), '10', 'Files merged at once.'),
  mapSortSpillPercent: key(
    'mapreduce.map.sort.spill.percent',
    fraction,
    '0.80',
    'Share of the buffer that is full when it is written to disk.',
  ),
  mapCombineMinSpills: key(
    'mapreduce.map.combine.minspills',
    integer(0),
    '3',
    'Spills from which on the combiner runs in the final merge too.',
  ),
  spillFilesCountLimit: key(
    'mapreduce.task.spill.files.count.limit',
    integer(-1),
    '-1',
    'Spills after which a task fails; -1: no limit.',
  ),
  totalOrderCutPoints: optionalKey(
    'bobbin.mapreduce.totalorder.cut-points',
    text,
    'Where the key ranges of a job with `totalOrder` begin, in base64, separated by commas; sampled when the job is submitted.',
  ),
  mapOutputCompress: optionalKey(
    'mapreduce.map.output.compress',
    bool,
    'Whether map output is compressed on disk and on its way; absent: where the cluster has more than one host.',
  ),
  mapOutputCompressCodec: optionalKey(
    'mapreduce.map.output.compress.codec',
    oneOf(...['DefaultCodec', 'GzipCodec', 'ZStandardCodec'].map((name) => `org.apache.hadoop.io.compress.${name}`)),
    'How: DefaultCodec (zlib) unless set; absent, and compression too: ZStandardCodec where Node has it.',
  ),
  shuffleInputBufferFraction: key(
    `${shuffle}.input.buffer.percent`,
    fraction,
    '0.70',
    "Share of a reduce task's memory for fetched map output.",
  ),
  shuffleMemoryLimitFraction: key(
    `${shuffle}.memory.limit.percent`,
    fraction,
    '0.25',
    'Share of that buffer above which one map output goes to disk.',
  ),
  shuffleMergeFraction: key(
    `${shuffle}.merge.percent`,
    fraction,
    '0.66',
    'Share of that buffer in use that starts a merge to disk.',
  ),
  reduceInputBufferFraction: key(
    'mapreduce.reduce.input.buffer.percent',
    fraction,
    '0.0',
    "Share of a reduce task's memory that may hold map output while the reducer runs.",
  ),
  shuffleParallelCopies: key(`${shuffle}.parallelcopies`, integer(1), '5', 'Hosts fetched from at the same time.'),
  shuffleConnectTimeoutMs: key(`${shuffle}.connect.timeout`, duration('ms', 1), '180000', 'Limit for a connection.'),
  shuffleReadTimeoutMs: key(`${shuffle}.read.timeout`, duration('ms', 1), '180000', 'Limit for an answer to go on.'),
  shuffleFetchRetryEnabled: key(
    `${shuffle}.fetch.retry.enabled`,
    bool,
    '${yarn.nodemanager.recovery.enabled}',
    'Whether a broken fetch is tried again for a while before it counts as failed.',
  ),
  shuffleFetchRetryIntervalMs: key(
    `${shuffle}.fetch.retry.interval-ms`,
    duration('ms', 1),
    '1000',
    'Pause between such tries.',
  ),
  shuffleFetchRetryTimeoutMs: key(
    `${shuffle}.fetch.retry.timeout-ms`,
    duration('ms', 0),
    '30000',
    'How long they go on.',
  ),
  shuffleRetryDelayMaxMs: key(
    `${shuffle}.retry-delay.max.ms`,
    duration('ms', 1),
    '60000',
    'Longest pause before a host that failed is asked again.',
  ),
  shuffleMaxFetchFailures: key(
    `${shuffle}.maxfetchfailures`,
    integer(1),
    '10',
    'Failed fetches of one map before the AppMaster is told.',
  ),
  shuffleMaxHostFailures: key(`${shuffle}.max-host-failures`, integer(1), '5', 'Failures of a host likewise.'),
  shuffleNotifyReadError: key(
    `${shuffle}.notify.readerror`,
    bool,
    'true',
    'Whether an error while reading is told to the AppMaster at once.',
  ),
  shuffleMaxFetchFailuresNotifications: key(
    `${shuffle}.max-fetch-failures-notifications`,
    integer(1),
    '3',
    'Reports of reduces that make a finished map run again.',
  ),
  shuffleMaxFetchFailuresFraction: key(
    `${shuffle}.max-fetch-failures-fraction`,
    fraction,
    '0.5',
    'Share of the reduces in shuffle that must have reported.',
  ),
} as const;

export const mrKeys = { ...jobKeys, ...inputOutputKeys, ...dataPathKeys } as const;
