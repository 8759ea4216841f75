/** Keys of the MRAppMaster, its history and its clients. Hadoop: mapred-default.xml, `yarn.app.mapreduce` and jobhistory. */
import { bool, duration, fraction, integer, path, text } from './codec.js';
import { key, optionalKey } from './key.js';

const am = 'yarn.app.mapreduce.am';
const client = 'yarn.app.mapreduce.client';
const history = 'mapreduce.jobhistory';

export const mrAmKeys = {
  resourceMb: key(`${am}.resource.mb`, integer(1), '1536', 'Memory of the AppMaster container in MiB.'),
  resourceVcores: key(`${am}.resource.cpu-vcores`, integer(1), '1', 'Virtual cores of the AppMaster container.'),
  maxAttempts: key('mapreduce.am.max-attempts', integer(1), '2', 'AppMaster attempts of a job.'),
  commandOpts: key(`${am}.command-opts`, text, '', "Options for the AppMaster's Node.", { hadoopDefault: '-Xmx1024m' }),
  env: key(`${am}.env`, text, '', 'Variables of the AppMaster, `A=1,B=2`.'),
  logLevel: key(`${am}.log.level`, text, 'INFO', 'Log level of the AppMaster.'),
  stagingDir: key(
    `${am}.staging-dir`,
    path,
    '/tmp/hadoop-yarn/staging',
    'Below it lie the files of jobs that run, by user.',
  ),
  nodeBlacklistingEnable: key(
    `${am}.job.node-blacklisting.enable`,
    bool,
    'true',
    'Whether nodes where tasks keep failing are avoided.',
  ),
  nodeBlacklistingIgnoreThresholdPercent: key(
    `${am}.job.node-blacklisting.ignore-threshold-node-percent`,
    integer(-1, 100),
    '33',
    'Share of avoided nodes above which none is avoided; -1: always avoid.',
  ),
  reduceRampupLimitFraction: key(
    `${am}.job.reduce.rampup.limit`,
    fraction,
    '0.5',
    'Share of resources reduces may hold while maps wait.',
  ),
  reducePreemptionLimitFraction: key(
    `${am}.job.reduce.preemption.limit`,
    fraction,
    '0.5',
    'Share of resources that may be freed by stopping reduces.',
  ),
  recoveryEnable: key(
    `${am}.job.recovery.enable`,
    bool,
    'true',
    'Whether a new attempt takes up what the last one finished, and the tasks that still run.',
  ),
  adoptionWaitMs: key(
    'bobbin.am.adoption-wait-ms',
    duration('ms', 0),
    '30000',
    'How long a new attempt of the AppMaster waits for a task that ran under the one before; one that is not heard runs again.',
  ),
  schedulerHeartbeatIntervalMs: key(
    `${am}.scheduler.heartbeat.interval-ms`,
    duration('ms', 1),
    '1000',
    'How often the AppMaster calls an RM that does not hold calls.',
  ),
  schedulerConnectionWaitMs: key(
    `${am}.scheduler.connection.wait.interval-ms`,
    duration('ms', 0),
    '360000',
    'How long the AppMaster waits for an RM that does not answer before it gives up.',
  ),
  committerCancelTimeoutMs: key(
    `${am}.job.committer.cancel-timeout`,
    duration('ms', 0),
    '60000',
    'How long an abort waits for a commit that is under way.',
  ),
  committerCommitWindowMs: key(
    `${am}.job.committer.commit-window`,
    duration('ms', 0),
    '10000',
    'A commit starts only when the RM was heard within this time.',
  ),
  historyMaxUnflushedEvents: key(
    `${am}.history.max-unflushed-events`,
    integer(1),
    '200',
    'Completion events that may wait to be written through.',
  ),
  historyCompleteEventFlushTimeoutMs: key(
    `${am}.history.complete-event-flush-timeout`,
    duration('ms', 0),
    '30000',
    'How long one of them may wait.',
  ),
  historyUseBatchedFlushQueueSizeThreshold: key(
    `${am}.history.use-batched-flush.queue-size.threshold`,
    integer(0),
    '50',
    'Length of the queue above which events are written through in batches.',
  ),
  historyJobCompleteUnflushedMultiplier: key(
    `${am}.history.job-complete-unflushed-multiplier`,
    integer(1),
    '30',
    'How much larger batches are once the job is over.',
  ),
  numProgressSplits: key(`${am}.num-progress-splits`, integer(1), '12', 'Progress marks kept of an attempt.'),
  containerLauncherThreadCountLimit: key(
    `${am}.containerlauncher.thread-count-limit`,
    integer(1),
    '500',
    'Nodes called at the same time.',
  ),
  taskListenerThreadCount: key(
    `${am}.job.task.listener.thread-count`,
    integer(1),
    '30',
    "Accepted and without effect: the listener's loop needs no threads.",
  ),
  logDir: optionalKey('yarn.app.container.log.dir', path, 'Folder for the logs of a container; set by the platform.'),
} as const;

export const mrClientKeys = {
  amHardKillTimeoutMs: key(
    `${am}.hard-kill-timeout-ms`,
    duration('ms', 0),
    '10000',
    'How long a killed job may take to end before the RM ends it.',
  ),
  amIpcMaxRetries: key(`${client}-am.ipc.max-retries`, integer(0), '3', 'Tries to reach an AppMaster.'),
  clientMaxRetries: key(`${client}.max-retries`, integer(0), '3', 'Tries of a call to AppMaster or history.'),
  jobMaxRetries: key(`${client}.job.max-retries`, integer(0), '3', 'Looks for a job that is not found.'),
  jobRetryIntervalMs: key(`${client}.job.retry-interval`, duration('ms', 0), '2000', 'Pause between them.'),
  progressMonitorPollIntervalMs: key(
    'mapreduce.client.progressmonitor.pollinterval',
    duration('ms', 1),
    '1000',
    'How often at most progress is printed.',
  ),
  outputFilter: key(
    'mapreduce.client.output.filter',
    text,
    'FAILED',
    'Which task events a submit prints: NONE, KILLED, FAILED, SUCCEEDED or ALL.',
  ),
  applicationPollIntervalMs: key(
    'yarn.client.application-client-protocol.poll-interval-ms',
    duration('ms', 1),
    '200',
    'How often the state of an application is asked for where the RM does not hold calls.',
  ),
  applicationPollTimeoutMs: key(
    'yarn.client.application-client-protocol.poll-timeout-ms',
    duration('ms'),
    '-1',
    'How long; -1: for ever.',
  ),
} as const;

export const jobHistoryKeys = {
  doneDir: key(
    `${history}.done-dir`,
    path,
    '${yarn.app.mapreduce.am.staging-dir}/history/done',
    'Where histories of finished jobs lie.',
  ),
  intermediateDoneDir: key(
    `${history}.intermediate-done-dir`,
    path,
    '${yarn.app.mapreduce.am.staging-dir}/history/done_intermediate',
    'Where an AppMaster puts the history of its job.',
  ),
  address: key(`${history}.address`, text, '0.0.0.0:10020', 'Where the history server serves clients.'),
  webappAddress: key(`${history}.webapp.address`, text, '0.0.0.0:19888', 'Web pages of the history server.'),
  maxAgeMs: key(`${history}.max-age-ms`, duration('ms', 0), '604800000', 'How long histories are kept.'),
  jobNameLimit: key(`${history}.jobname.limit`, integer(1), '50', 'Characters of the job name in a file name.'),
} as const;
