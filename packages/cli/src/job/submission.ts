/** The application a MapReduce job is to the ResourceManager: its AppMaster's container. Hadoop: YARNRunner. */
import {
  codeCacheEnvironment,
  mrAmKeys,
  mrKeys,
  UBER_VARIABLE,
  type ApplicationId,
  type ApplicationSubmissionContext,
  type Configuration,
  type LocalResource,
} from '@bobbin/common';
import { CommandError } from '../errors.js';
import { appMasterResource } from './job-request.js';

/** Hadoop: JobPriority. */
const PRIORITIES: Readonly<Record<string, number>> = {
  DEFAULT: 0,
  VERY_LOW: 1,
  LOW: 2,
  NORMAL: 3,
  HIGH: 4,
  VERY_HIGH: 5,
};

/** Share of its container that the AppMaster's heap may take. */
const HEAP_SHARE = 0.8;

export interface Submission {
  readonly applicationId: ApplicationId;
  readonly conf: Configuration;
  /** Whether the job will run in its AppMaster's container. */
  readonly isUber: boolean;
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Content of the AppMaster's credentials file, if it gets any from its submitter. */
  readonly tokens?: Uint8Array;
}

export function submissionContext({
  applicationId,
  conf,
  isUber,
  localResources,
  tokens,
}: Submission): ApplicationSubmissionContext {
  const priority = conf.get(mrKeys.jobPriority);
  return {
    applicationId,
    applicationName: conf.get(mrKeys.jobName),
    applicationType: 'MAPREDUCE',
    queue: conf.get(mrKeys.queueName),
    priority: PRIORITIES[priority] ?? Number(priority),
    resource: appMasterResource(conf),
    maxAppAttempts: conf.get(mrAmKeys.maxAttempts),
    applicationTags: conf.get(mrKeys.jobTags),
    unmanagedAM: false,
    keepContainersAcrossApplicationAttempts: conf.get(mrAmKeys.recoveryEnable),
    attemptFailuresValidityIntervalMs: -1,
    amContainerResourceRequests: [],
    amContainerSpec: {
      localResources,
      environment: {
        ...codeCacheEnvironment(conf),
        ...(isUber && { [UBER_VARIABLE]: 'true' }),
        ...environmentOf(conf.get(mrAmKeys.env)),
      },
      commands: [appMasterCommand(conf), '1><LOG_DIR>/stdout', '2><LOG_DIR>/stderr'],
      serviceData: {},
      applicationAcls: {},
      ...(tokens && { tokens }),
    },
  };
}

function appMasterCommand(conf: Configuration): string {
  const heapMb = Math.floor(conf.get(mrAmKeys.resourceMb) * HEAP_SHARE);
  const options = conf.get(mrAmKeys.commandOpts).trim();
  return ['{{BOBBIN_NODE}}', `--max-old-space-size=${heapMb}`, options, 'am.cjs']
    .filter((part) => part !== '')
    .join(' ');
}

/** `A=1,B=2`. */
function environmentOf(text: string): Record<string, string> {
  const items = text.split(',').map((item) => item.trim());
  return Object.fromEntries(
    items
      .filter((item) => item !== '')
      .map((item) => {
        const at = item.indexOf('=');
        if (at < 1) throw new CommandError(`${mrAmKeys.env.name} = '${text}': '${item}' should be NAME=value`);
        return [item.slice(0, at), item.slice(at + 1)];
      }),
  );
}
