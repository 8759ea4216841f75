/**
 * RMConf: the configuration of the ResourceManager, read once when it starts. Hadoop: YarnConfiguration. Units are in the names; keys,
 * defaults and meaning stand in common's tables (docs/configuration.md).
 */
import {
  bobbinKeys,
  ConfigurationError,
  rmKeys,
  type Address,
  type Configuration,
  type Resource,
} from '@bobbin/common';

export interface RMConf {
  readonly address: Address;
  /** Interface to bind where it differs from the host of `address`; empty: that host. */
  readonly bindHost: string;
  readonly webappAddress: Address;
  readonly clusterId: string;
  readonly minimumAllocation: Resource;
  readonly maximumAllocation: Resource;
  readonly nodeLocalityDelay: number;
  readonly maxAMShare: number;
  readonly nodeHeartbeatIntervalMs: number;
  readonly nodeExpiryIntervalMs: number;
  readonly amExpiryIntervalMs: number;
  readonly containerAllocationExpiryIntervalMs: number;
  readonly amMaxAttempts: number;
  readonly amGlobalMaxAttempts: number;
  readonly maxCompletedApplications: number;
  readonly recoveryEnabled: boolean;
  readonly schedulingWaitMs: number;
  readonly maxTags: number;
  readonly maxTagLength: number;
  /** In characters. */
  readonly diagnosticsLimit: number;
  readonly maxApplicationPriority: number;
  readonly amRmKeyRollingIntervalMs: number;
  readonly nmKeyRollingIntervalMs: number;
  readonly containerKeyRollingIntervalMs: number;
  /** 0 where AM nodes are never avoided. */
  readonly amBlacklistThreshold: number;
  /** `NONE`: any. */
  readonly nodeManagerMinimumVersion: string;
  /** Empty: no such list. */
  readonly nodesIncludePath: string;
  readonly nodesExcludePath: string;
  readonly aclEnabled: boolean;
  readonly adminAcl: string;
  readonly storeDir: string;
  /** Absent: an open cluster, on loopback only. */
  readonly secretFile: string | undefined;
  readonly readyFile: string | undefined;
}

/** AMs hold at most half of the cluster's memory and cores together (docs/decisions/011-one-share-for-appmasters.md). */
const MAX_AM_SHARE = 0.5;

/** Throws ConfigurationError with everything that does not fit together. */
export function rmConf(conf: Configuration): RMConf {
  const compiled = compile(conf);
  const problems = [...problemsOf(compiled, conf)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return compiled;
}

function* problemsOf(rm: RMConf, conf: Configuration): Iterable<string> {
  const { minimumAllocation: min, maximumAllocation: max } = rm;
  for (const [name, least, most] of [
    ['mb', min.memoryMb, max.memoryMb],
    ['vcores', min.vcores, max.vcores],
  ] as const) {
    if (least <= most) continue;
    yield `yarn.scheduler.minimum-allocation-${name} is ${least}, more than yarn.scheduler.maximum-allocation-${name}, which is ${most}`;
  }
  const scheduler = conf.get(rmKeys.schedulerClass);
  if (!/(^|\.)FifoScheduler$/.test(scheduler)) {
    yield `${rmKeys.schedulerClass.name}: '${scheduler}' is not known; this release has Hadoop's FifoScheduler`;
  }
  if (rm.amRmKeyRollingIntervalMs <= 3 * rm.amExpiryIntervalMs) {
    yield `${rmKeys.amRmTokensMasterKeyRollingIntervalMs.name} should be more than three times ${rmKeys.amExpiryIntervalMs.name} (${rm.amExpiryIntervalMs} ms)`;
  }
}

function compile(conf: Configuration): RMConf {
  return {
    address: conf.get(rmKeys.address),
    bindHost: conf.get(rmKeys.bindHost),
    webappAddress: conf.get(rmKeys.webappAddress),
    clusterId: conf.get(rmKeys.clusterId),
    minimumAllocation: {
      memoryMb: conf.get(rmKeys.minimumAllocationMb),
      vcores: conf.get(rmKeys.minimumAllocationVcores),
    },
    maximumAllocation: {
      memoryMb: conf.get(rmKeys.maximumAllocationMb),
      vcores: conf.get(rmKeys.maximumAllocationVcores),
    },
    nodeLocalityDelay: conf.get(rmKeys.nodeLocalityDelay),
    maxAMShare: MAX_AM_SHARE,
    nodeHeartbeatIntervalMs: conf.get(rmKeys.nodeHeartbeatIntervalMs),
    nodeExpiryIntervalMs: conf.get(rmKeys.nodeExpiryIntervalMs),
    amExpiryIntervalMs: conf.get(rmKeys.amExpiryIntervalMs),
    containerAllocationExpiryIntervalMs: conf.get(rmKeys.containerAllocationExpiryIntervalMs),
    amMaxAttempts: conf.get(rmKeys.amMaxAttempts),
    amGlobalMaxAttempts: conf.get(rmKeys.amGlobalMaxAttempts),
    maxCompletedApplications: conf.get(rmKeys.maxCompletedApplications),
    recoveryEnabled: conf.get(rmKeys.recoveryEnabled),
    schedulingWaitMs: conf.get(rmKeys.workPreservingSchedulingWaitMs),
    maxTags: conf.get(rmKeys.applicationMaxTags),
    maxTagLength: conf.get(rmKeys.applicationMaxTagLength),
    diagnosticsLimit: conf.get(rmKeys.attemptDiagnosticsLimitKc) * 1000,
    maxApplicationPriority: conf.get(rmKeys.clusterMaxApplicationPriority),
    amRmKeyRollingIntervalMs: conf.get(rmKeys.amRmTokensMasterKeyRollingIntervalMs),
    nmKeyRollingIntervalMs: conf.get(rmKeys.nmTokensMasterKeyRollingIntervalMs),
    containerKeyRollingIntervalMs: conf.get(rmKeys.containerTokensMasterKeyRollingIntervalMs),
    amBlacklistThreshold: conf.get(rmKeys.amNodeBlacklistingEnabled)
      ? conf.get(rmKeys.amNodeBlacklistingDisableThreshold)
      : 0,
    nodeManagerMinimumVersion: conf.get(rmKeys.nodeManagerMinimumVersion),
    nodesIncludePath: conf.get(rmKeys.nodesIncludePath),
    nodesExcludePath: conf.get(rmKeys.nodesExcludePath),
    aclEnabled: conf.get(rmKeys.aclEnable),
    adminAcl: conf.get(rmKeys.adminAcl),
    storeDir: conf.get(rmKeys.rmStoreDir),
    secretFile: conf.get(bobbinKeys.secretFile),
    readyFile: conf.get(bobbinKeys.readyFile),
  };
}
