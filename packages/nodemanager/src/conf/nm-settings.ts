/**
 * NMSettings: the configuration as the rooms of a NodeManager take it, read once. Hadoop: the keys of YarnConfiguration each service reads in
 * its serviceInit. What cannot work is said here, all at once (DESIGN D8): an unknown auxiliary service, a node open to other machines.
 */
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import {
  beyondLoopback,
  bobbinKeys,
  ConfigurationError,
  nmKeys,
  reachableHost,
  rmKeys,
  type Address,
  type Configuration,
  type Resource,
} from '@bobbin/common';

const MIB = 1024 * 1024;

/** Auxiliary services of this release. */
const KNOWN_SERVICES = ['mapreduce_shuffle'];

export interface NMSettings {
  readonly resource: Resource;
  readonly rackName: string;
  /** Where containers are managed; `host` is bound, `advertisedHost` is what the node is called. */
  readonly address: Address;
  readonly advertisedHost: string;
  readonly webAddress: Address;
  readonly rmAddress: string;
  readonly rmConnectMaxWaitMs: number;
  readonly rpcDeadlineMs: number;
  readonly heartbeatIntervalMs: number;
  /** Absent: an open cluster, on loopback. */
  readonly secretFile: string | undefined;
  /** Absent: the state is in memory. */
  readonly stateFile: string | undefined;
  readonly supervised: boolean;
  readonly auxServices: readonly string[];
  /** Names of this process's variables that containers may have. */
  readonly envWhitelist: readonly string[];
  readonly maxDiagnosticsChars: number;
  readonly exitCodeFileTimeoutMs: number;
  /** From the order to stop to the moment what still runs is killed. */
  readonly stopWaitMs: number;
  readonly logRetainMs: number;
  readonly deleteConcurrency: number;
  readonly dirs: {
    readonly localDirs: readonly string[];
    readonly logDirs: readonly string[];
    readonly checkEnabled: boolean;
    readonly intervalMs: number;
    readonly minHealthyFraction: number;
    readonly maxUsedPercent: number;
    readonly minFreeMb: number;
  };
  readonly localizer: {
    readonly fetchConcurrency: number;
    readonly cacheTargetBytes: number;
    readonly cacheCleanupIntervalMs: number;
    readonly debugDelayMs: number;
  };
  readonly launcher: {
    readonly userHomeDir: string;
    readonly sleepDelayBeforeSigkillMs: number;
    readonly stderrTailBytes: number;
    readonly stderrPattern: string;
  };
  readonly monitor: {
    readonly intervalMs: number;
    readonly pmemCheckEnabled: boolean;
    readonly vmemCheckEnabled: boolean;
    readonly vmemPmemRatio: number;
  };
  readonly shuffle: {
    readonly port: number;
    readonly maxConnections: number;
    readonly keepAlive: boolean;
    readonly keepAliveTimeoutMs: number;
    readonly listenQueueSize: number;
    readonly bufferBytes: number;
  };
  /** What is set and has no effect; for the log. */
  readonly warnings: readonly string[];
}

/** Throws ConfigurationError with every problem. */
export function nmSettings(conf: Configuration): NMSettings {
  const address = conf.get(nmKeys.address);
  const webAddress = conf.get(nmKeys.webappAddress);
  const host = conf.get(nmKeys.bindHost) || address.host;
  const secretFile = conf.get(bobbinKeys.secretFile);
  const auxServices = conf.get(nmKeys.auxServices);
  const problems = [
    ...unknownServices(auxServices),
    ...(secretFile === undefined ? openTo([host, address.host, webAddress.host]) : []),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const recoveryEnabled = conf.get(nmKeys.recoveryEnabled);
  const rm = conf.get(rmKeys.address);
  const maxWaitMs = conf.get(rmKeys.connectMaxWaitMs);
  return {
    resource: resourceOf(conf),
    rackName: conf.get(nmKeys.rackName),
    address: { host, port: address.port },
    advertisedHost: reachableHost(address.host),
    webAddress,
    rmAddress: `${rm.host}:${rm.port}`,
    rmConnectMaxWaitMs: maxWaitMs < 0 ? Number.MAX_SAFE_INTEGER : maxWaitMs,
    rpcDeadlineMs: conf.get(bobbinKeys.rpcDeadlineMs),
    heartbeatIntervalMs: conf.get(rmKeys.nodeHeartbeatIntervalMs),
    secretFile,
    stateFile: recoveryEnabled ? join(conf.get(nmKeys.recoveryDir), 'nodemanager.db') : undefined,
    supervised: recoveryEnabled && conf.get(nmKeys.recoverySupervised),
    auxServices,
    envWhitelist: conf.get(nmKeys.envWhitelist),
    maxDiagnosticsChars: conf.get(nmKeys.containerDiagnosticsMaximumSize),
    exitCodeFileTimeoutMs: conf.get(nmKeys.exitCodeFileTimeoutMs),
    stopWaitMs: conf.get(nmKeys.sleepDelayBeforeSigkillMs) + conf.get(nmKeys.processKillWaitMs),
    logRetainMs: conf.get(nmKeys.logRetainMs),
    deleteConcurrency: conf.get(nmKeys.deleteThreadCount),
    dirs: {
      localDirs: conf.get(nmKeys.localDirs),
      logDirs: conf.get(nmKeys.logDirs),
      checkEnabled: conf.get(nmKeys.diskHealthCheckerEnable),
      intervalMs: conf.get(nmKeys.diskHealthCheckerIntervalMs),
      minHealthyFraction: conf.get(nmKeys.diskHealthCheckerMinHealthyDisksFraction),
      maxUsedPercent: conf.get(nmKeys.maxDiskUtilizationPercent),
      minFreeMb: conf.get(nmKeys.minFreeSpacePerDiskMb),
    },
    localizer: {
      fetchConcurrency: conf.get(nmKeys.localizerFetchThreadCount),
      cacheTargetBytes: conf.get(nmKeys.localizerCacheTargetSizeMb) * MIB,
      cacheCleanupIntervalMs: conf.get(nmKeys.localizerCacheCleanupIntervalMs),
      debugDelayMs: conf.get(nmKeys.deleteDebugDelayMs),
    },
    launcher: {
      userHomeDir: conf.get(nmKeys.userHomeDir),
      sleepDelayBeforeSigkillMs: conf.get(nmKeys.sleepDelayBeforeSigkillMs),
      stderrTailBytes: conf.get(nmKeys.stderrTailBytes),
      stderrPattern: conf.get(nmKeys.stderrPattern),
    },
    monitor: {
      intervalMs: conf.get(nmKeys.resourceMonitorIntervalMs),
      pmemCheckEnabled: conf.get(nmKeys.pmemCheckEnabled),
      vmemCheckEnabled: conf.get(nmKeys.vmemCheckEnabled),
      vmemPmemRatio: conf.get(nmKeys.vmemPmemRatio),
    },
    shuffle: {
      port: conf.get(nmKeys.shufflePort),
      maxConnections: conf.get(nmKeys.shuffleMaxConnections),
      keepAlive: conf.get(nmKeys.shuffleConnectionKeepAliveEnable),
      keepAliveTimeoutMs: conf.get(nmKeys.shuffleConnectionKeepAliveTimeoutMs),
      listenQueueSize: conf.get(nmKeys.shuffleListenQueueSize),
      bufferBytes: conf.get(nmKeys.shuffleTransferBufferBytes),
    },
    warnings: warningsOf(conf),
  };
}

function unknownServices(names: readonly string[]): string[] {
  return names
    .filter((name) => !KNOWN_SERVICES.includes(name))
    .map((name) => `${nmKeys.auxServices.name} names '${name}'; this release has ${KNOWN_SERVICES.join(', ')}`);
}

function openTo(hosts: readonly string[]): string[] {
  const outside = beyondLoopback(hosts);
  if (outside.length === 0) return [];
  return [
    `without a secret the NodeManager shows its logs to every caller, so it serves on loopback only, not on ` +
      `'${outside.join("', '")}': set ${bobbinKeys.secretFile.name}, or ${nmKeys.hostname.name} to localhost`,
  ];
}

function warningsOf(conf: Configuration): string[] {
  const warnings: string[] = [];
  if (conf.get(nmKeys.healthCheckerScriptPath) !== undefined) {
    warnings.push(`${nmKeys.healthCheckerScriptPath.name} is set, and this release runs no health scripts`);
  }
  if (process.platform !== 'linux' && conf.get(nmKeys.pmemCheckEnabled)) {
    warnings.push(
      `${nmKeys.pmemCheckEnabled.name} is on, and this machine has no /proc to look at: nothing is limited`,
    );
  }
  return warnings;
}

/** Hadoop: NodeManagerHardwareUtils. Of the machine's memory a fifth is left to the system. */
function resourceOf(conf: Configuration): Resource {
  const memoryMb = conf.get(nmKeys.resourceMemoryMb);
  const vcores = conf.get(nmKeys.resourceCpuVcores);
  const detect = conf.get(nmKeys.detectHardwareCapabilities);
  return {
    memoryMb: memoryMb >= 0 ? memoryMb : detect ? Math.floor((totalmem() * 0.8) / MIB) : 8192,
    vcores: vcores >= 0 ? vcores : detect ? availableParallelism() : 8,
  };
}
