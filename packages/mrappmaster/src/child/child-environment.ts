/**
 * What a task's process is told by its container: arguments, environment, credentials and `job.json`. Hadoop: YarnChild's
 * arguments and job.xml. Read once; every problem is said at once, since nobody watches a container start.
 */
import { readFileSync } from 'node:fs';
import {
  JOB_TOKEN_KIND,
  findToken,
  mrAmKeys,
  mrKeys,
  parseApplicationAttemptId,
  parseContainerId,
  readCredentialsFile,
  toContainerId,
  type ConfKey,
  type ContainerId,
  type TaskType,
} from '@bobbin/common';
import { TaskConfigurationError } from '@bobbin/mapreduce/runtime';
import type { AppMasterAddress } from '../umbilical/app-master-address.js';
import { AM_ADDRESS_FILE, FIRST_TASK_TYPE } from './environment-variables.js';

/** A report is never further apart than this, whatever the timeout. */
const MAX_REPORT_INTERVAL_MS = 3000;
const DEFAULT_MEMORY_MB = 1024;

/** Hadoop's names to values. */
export type JobProperties = Readonly<Record<string, string>>;

export interface ChildEnvironment {
  readonly launchedBy: AppMasterAddress;
  /** Where later attempts of the AM make themselves known; absent in an uber job, whose process ends with its AM. */
  readonly addressFile?: string;
  readonly containerId: ContainerId;
  readonly jobToken: Uint8Array;
  /** The job's properties. */
  readonly conf: JobProperties;
  readonly localDirs: readonly string[];
  readonly logDir: string;
  readonly localShuffleAddress?: string;
  readonly reportIntervalMs: number;
  readonly appMasterWaitMs: number;
  readonly localWriteLimitBytes: number;
  /** What the first task of this process will probably be. */
  readonly firstTaskType: TaskType;
  /** Whether further tasks follow in this process; always in an uber job. */
  readonly isReused: boolean;
  /** Whether a thread that a task has left as it was takes the next. */
  readonly isThreadShared: boolean;
}

/** `args` as in `task.cjs <am host> <am port> <container id>`. Throws TaskConfigurationError with every problem. */
export function readChildEnvironment(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  read: (path: string) => Uint8Array = (path) => readFileSync(path),
): ChildEnvironment {
  const [amHost = '', amPort = '', container = ''] = args;
  const problems: string[] = [];
  if (args.length !== 3)
    problems.push(`arguments are '${args.join(' ')}'; they should be <am host> <am port> <container id>`);
  const text = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is not set; a task is started by a NodeManager or an AppMaster`);
    return value;
  };
  const localDirs = text('LOCAL_DIRS').split(',');
  const [logDir = ''] = text('LOG_DIRS').split(',');
  const tokenFile = text('HADOOP_TOKEN_FILE_LOCATION');
  if (problems.length > 0) throw new TaskConfigurationError(problems.join('\n'));

  const token = findToken(readCredentialsFile(tokenFile, read), JOB_TOKEN_KIND);
  if (!token) throw new TaskConfigurationError(`${tokenFile} holds no token of kind '${JOB_TOKEN_KIND}'`);
  const conf = readJobProperties(read);
  const shuffle = localShuffleAddress(env);
  return {
    launchedBy: { attempt: amAttemptOf(container), host: amHost, port: Number(amPort) },
    ...(env[AM_ADDRESS_FILE] !== undefined && { addressFile: env[AM_ADDRESS_FILE] }),
    containerId: toContainerId(container),
    jobToken: token.password,
    conf,
    localDirs,
    logDir,
    ...(shuffle !== undefined && { localShuffleAddress: shuffle }),
    reportIntervalMs: reportIntervalMs(conf),
    appMasterWaitMs: setting(conf, mrKeys.taskAppMasterWaitMs),
    localWriteLimitBytes: setting(conf, mrKeys.taskLocalWriteLimitBytes),
    firstTaskType: env[FIRST_TASK_TYPE] === 'REDUCE' ? 'REDUCE' : 'MAP',
    isReused: env[AM_ADDRESS_FILE] === undefined || setting(conf, mrKeys.containerReuseEnable),
    isThreadShared: setting(conf, mrKeys.threadReuseEnable),
  };
}

/** What `job.json` in the working folder says of the job. Throws where there is none. */
export function readJobProperties(read: (path: string) => Uint8Array = readFileSync): JobProperties {
  const job = JSON.parse(Buffer.from(read('job.json')).toString()) as { readonly properties?: Record<string, string> };
  return job.properties ?? {};
}

/** A container belongs to the AM attempt that asked for it. */
function amAttemptOf(container: string): number {
  return parseApplicationAttemptId(parseContainerId(toContainerId(container)).applicationAttemptId).attempt;
}

/** Memory of the container of a map or reduce, MiB, and the key that sets it. */
export function memoryOf(type: TaskType, conf: JobProperties): { key: string; memoryMb: number } {
  const key = type === 'MAP' ? mrKeys.mapMemoryMb : mrKeys.reduceMemoryMb;
  const memoryMb = setting(conf, key);
  return { key: key.name, memoryMb: memoryMb > 0 ? memoryMb : DEFAULT_MEMORY_MB };
}

/** Memory of the AppMaster's container, MiB: of that of an uber job's tasks. */
export function appMasterMemoryMb(conf: JobProperties): number {
  return setting(conf, mrAmKeys.resourceMb);
}

/** One hundredth of the timeout unless set, and at least each few seconds, so that progress is seen. */
function reportIntervalMs(conf: JobProperties): number {
  const timeoutMs = setting(conf, mrKeys.taskTimeoutMs);
  const byTimeout = timeoutMs > 0 ? Math.max(1, timeoutMs / 100) : MAX_REPORT_INTERVAL_MS;
  return Math.min(setting(conf, mrKeys.taskProgressReportIntervalMs) ?? byTimeout, MAX_REPORT_INTERVAL_MS);
}

/** Of the NM that serves this container's local folders, by Hadoop's variables. */
function localShuffleAddress(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const metadata = Buffer.from(env['NM_AUX_SERVICE_mapreduce_shuffle'] ?? '', 'base64');
  const host = env['NM_HOST'];
  return host === undefined || metadata.length < 4 ? undefined : `${host}:${metadata.readInt32BE(0)}`;
}

function setting<T>(conf: JobProperties, key: ConfKey<T>): T {
  const text = conf[key.name]?.trim() ?? key.defaultText;
  const value = text === undefined ? undefined : key.codec.parse(text);
  if (value === undefined && text !== undefined) {
    throw new TaskConfigurationError(`${key.name} is '${text}'; it should be ${key.codec.expects}`);
  }
  return value as T;
}
