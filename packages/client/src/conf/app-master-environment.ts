/**
 * What the NodeManager tells an AppMaster's process about itself, in its environment. Hadoop: ApplicationConstants.Environment (reference
 * hadoop-rpc.md 8, 10). Everything that is missing or wrong is said at once.
 */
import {
  applicationOf,
  ConfigurationError,
  nodeId,
  parseApplicationAttemptId,
  parseContainerId,
  toContainerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '@bobbin/common';

export interface AppMasterEnvironment {
  readonly containerId: ContainerId;
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly applicationId: ApplicationId;
  /** 1 for the application's first AppMaster. */
  readonly attemptNumber: number;
  /** The node it runs on. */
  readonly nodeId: NodeId;
  readonly nmHost: string;
  readonly nmPort: number;
  readonly nmHttpPort: number;
  readonly submitTimeMs: number;
  /** `host:port`. */
  readonly rmAddress: string;
  /** Credentials of this process: `HADOOP_TOKEN_FILE_LOCATION`. */
  readonly tokenFile: string;
  /** The first of `LOG_DIRS`. */
  readonly logDir: string;
}

/** Throws ConfigurationError naming every variable that is missing or unusable. */
export function readAppMasterEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): AppMasterEnvironment {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = environment[name];
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
  return {
    containerId,
    applicationAttemptId,
    applicationId: applicationOf(applicationAttemptId),
    attemptNumber: parseApplicationAttemptId(applicationAttemptId).attempt,
    nodeId: nodeId(nmHost, nmPort),
    nmHost,
    nmPort,
    ...rest,
  };
}
