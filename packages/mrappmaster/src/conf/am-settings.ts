/**
 * From configuration to the settings of each component: the one place of this package that knows keys. Hadoop: the reads of
 * MRJobConfig strewn over the v2.app packages. Memory of -1 means the default container of 1024 MiB (reference 8.8).
 */
import {
  jobHistoryKeys,
  mrAmKeys,
  mrKeys,
  rmKeys,
  taskResource,
  uberConf,
  type Configuration,
  type JobFile,
  type JobId,
} from '@bobbin/common';
import type { JobConf } from '../app-context.js';
import type { JobHistorySettings } from '../jobhistory/job-history-event-handler.js';
import type { ContainerAllocatorSettings } from '../rm/container-allocator.js';
import type { SpeculatorSettings } from '../speculate/default-speculator.js';
import type { TaskHeartbeatSettings } from '../umbilical/task-heartbeat-handler.js';

/** Secrets are not for the eyes of who may read a history. */
const REDACTED = '*********(redacted)';

/** A task reports at least this often: a hundredth of its timeout where nothing is set (reference 7). */
export function progressReportIntervalMs(conf: Configuration): number {
  const timeoutMs = conf.get(mrKeys.taskTimeoutMs);
  return conf.get(mrKeys.taskProgressReportIntervalMs) ?? Math.max(1, Math.floor(timeoutMs / 100));
}

export function toJobConf(
  file: JobFile,
  conf: Configuration,
  paths: { readonly jobConfPath: string; readonly historyFile: string },
): JobConf {
  return {
    jobName: file.jobName,
    user: file.user,
    queue: file.queue,
    submitTimeMs: file.submitTimeMs,
    numReduces: file.numReduces,
    inputBytes: file.inputBytes,
    ...paths,
    map: {
      resource: taskResource(conf, 'MAP'),
      maxAttempts: conf.get(mrKeys.mapMaxAttempts),
      failuresMaxPercent: conf.get(mrKeys.mapFailuresMaxPercent),
      speculative: conf.get(mrKeys.mapSpeculative),
    },
    reduce: {
      resource: taskResource(conf, 'REDUCE'),
      maxAttempts: conf.get(mrKeys.reduceMaxAttempts),
      failuresMaxPercent: conf.get(mrKeys.reduceFailuresMaxPercent),
      speculative: conf.get(mrKeys.reduceSpeculative),
    },
    uber: uberConf(conf),
    maxFetchFailureNotifications: conf.get(mrKeys.shuffleMaxFetchFailuresNotifications),
    maxFetchFailuresFraction: conf.get(mrKeys.shuffleMaxFetchFailuresFraction),
    finishWhenAllReducersDone: conf.get(mrKeys.finishWhenAllReducersDone),
    failWaitTimeoutMs: conf.get(mrAmKeys.committerCancelTimeoutMs),
    minimumAllocationMb: conf.get(rmKeys.minimumAllocationMb),
    acls: {},
    trackingUrl: '',
  };
}

export function toAllocatorSettings(conf: Configuration): ContainerAllocatorSettings {
  return {
    blacklist: {
      enabled: conf.get(mrAmKeys.nodeBlacklistingEnable),
      maxTaskFailuresPerTracker: conf.get(mrKeys.maxTaskFailuresPerTracker),
      ignoreThresholdPercent: conf.get(mrAmKeys.nodeBlacklistingIgnoreThresholdPercent),
    },
    retries: {
      waitMs: conf.get(mrKeys.retryElsewhereWaitMs),
      maxAttempts: { MAP: conf.get(mrKeys.mapMaxAttempts), REDUCE: conf.get(mrKeys.reduceMaxAttempts) },
    },
    reduces: {
      slowStartFraction: conf.get(mrKeys.reduceSlowstartCompletedMaps),
      rampUpLimitFraction: conf.get(mrAmKeys.reduceRampupLimitFraction),
      preemptionLimitFraction: conf.get(mrAmKeys.reducePreemptionLimitFraction),
      preemptDelayMs: conf.get(mrKeys.reducerPreemptDelayMs),
      maplessPatienceMs: conf.get(mrAmKeys.schedulerHeartbeatIntervalMs),
      unconditionalPreemptDelayMs: conf.get(mrKeys.reducerUnconditionalPreemptDelayMs),
    },
    runningMapLimit: conf.get(mrKeys.runningMapLimit),
    runningReduceLimit: conf.get(mrKeys.runningReduceLimit),
    reuseContainers: conf.get(mrKeys.containerReuseEnable),
  };
}

export function toTaskHeartbeatSettings(conf: Configuration): TaskHeartbeatSettings {
  return {
    timeoutMs: conf.get(mrKeys.taskTimeoutMs),
    stuckTimeoutMs: conf.get(mrKeys.taskStuckTimeoutMs),
    progressReportIntervalMs: progressReportIntervalMs(conf),
    pingCounts: conf.get(mrKeys.taskPingForLivelinessCheckEnabled),
  };
}

export function toSpeculatorSettings(conf: Configuration): SpeculatorSettings {
  return {
    map: conf.get(mrKeys.mapSpeculative),
    reduce: conf.get(mrKeys.reduceSpeculative),
    minimumAllowedTasks: conf.get(mrKeys.speculativeMinimumAllowedTasks),
    capTotalTasksFraction: conf.get(mrKeys.speculativeCapTotalTasksFraction),
    capRunningTasksFraction: conf.get(mrKeys.speculativeCapRunningTasksFraction),
    retryAfterNoSpeculateMs: conf.get(mrKeys.speculativeRetryAfterNoSpeculateMs),
    retryAfterSpeculateMs: conf.get(mrKeys.speculativeRetryAfterSpeculateMs),
  };
}

export function toHistorySettings(jobId: JobId, file: string, job: JobFile, conf: Configuration): JobHistorySettings {
  const secret = /password|secret|token|credential/i;
  const properties = Object.entries(job.properties).map(([key, value]) => [key, secret.test(key) ? REDACTED : value]);
  return {
    jobId,
    file,
    doneDir: conf.get(jobHistoryKeys.doneDir),
    confText: `${JSON.stringify(Object.fromEntries(properties), undefined, 1)}\n`,
    jobNameLimit: conf.get(jobHistoryKeys.jobNameLimit),
    maxUnflushedCompletions: conf.get(mrAmKeys.historyMaxUnflushedEvents),
    jobCompleteUnflushedMultiplier: conf.get(mrAmKeys.historyJobCompleteUnflushedMultiplier),
    flushTimeoutMs: conf.get(mrAmKeys.historyCompleteEventFlushTimeoutMs),
    batchedFlushThreshold: conf.get(mrAmKeys.historyUseBatchedFlushQueueSizeThreshold),
  };
}
