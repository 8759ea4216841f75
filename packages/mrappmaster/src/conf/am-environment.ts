/**
 * What the NodeManager tells an AM's process about itself, in its environment (reference hadoop-rpc.md 8, 10; MRAppMaster.main).
 * Everything that is missing or wrong is said at once.
 */
import {
  applicationOf,
  ConfigurationError,
  jobId,
  nodeId,
  parseApplicationAttemptId,
  parseContainerId,
  toContainerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type JobId,
  type NodeId,
} from '@bobbin/common';

export interface AMEnvironment {
  readonly containerId: ContainerId;
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly applicationId: ApplicationId;
  readonly jobId: JobId;
  /** 1 for the application's first AM. */
  readonly attemptNumber: number;
  readonly nodeId: NodeId;
  readonly nmHost: string;
  readonly nmPort: number;
  readonly nmHttpPort: number;
  readonly submitTimeMs: number;
  /** `host:port`. */
  readonly rmAddress: string;
  readonly tokenFile: string;
  readonly logDir: string;
}

/** Throws ConfigurationError naming every variable that is missing or unusable. */
export function readAMEnvironment(env: Readonly<Record<string, string | undefined>>): AMEnvironment {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      problems.push(`${name} is not set; an AppMaster is started by a NodeManager`);
    return value ?? '';
  };
  const number = (name: string): number => {
    const value = text(name);
    if (value !== '' && !/^\d+$/.test(value)) problems.push(`${name}='${value}' is not a number`);
    return Number(value);
  };
  const container = text('CONTAINER_ID');
  const nmHost = text('NM_HOST');
  const nmPort = number('NM_PORT');
  const rest = {
    nmHttpPort: number('NM_HTTP_PORT'),
    submitTimeMs: number('APP_SUBMIT_TIME_ENV'),
    rmAddress: text('BOBBIN_RM_ADDRESS'),
    tokenFile: text('HADOOP_TOKEN_FILE_LOCATION'),
    logDir: text('LOG_DIRS').split(',')[0] ?? '',
  };
  if (problems.length > 0) throw new ConfigurationError(problems);
  const containerId = toContainerId(container);
  const { applicationAttemptId } = parseContainerId(containerId);
  const applicationId = applicationOf(applicationAttemptId);
  return {
    containerId,
    applicationAttemptId,
    applicationId,
    jobId: jobId(applicationId),
    attemptNumber: parseApplicationAttemptId(applicationAttemptId).attempt,
    nodeId: nodeId(nmHost, nmPort),
    nmHost,
    nmPort,
    ...rest,
  };
}
