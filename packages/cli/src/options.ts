/** Options that several commands share, and what their arguments may be. */
import { InvalidArgumentError, type Command } from 'commander';
import {
  applicationAttemptId,
  jobId,
  messageOf,
  parseApplicationAttemptId,
  parseJobId,
  toApplicationId,
  toContainerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type JobId,
} from '@bobbin/common';

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

/** `--dir`, `--config`, `-D`, `--json`: which cluster, and how it answers. */
export function withClusterOptions(command: Command): Command {
  return command
    .option('--dir <dir>', 'folder of the cluster (else BOBBIN_DIR, else the one last started)')
    .option('--config <dir>', 'folder of configuration files, for a cluster that was not started here')
    .option('-D, --define <key=value>', 'a configuration value; as often as needed', collect)
    .option('--json', 'print JSON');
}

/** An id of an application; that of a job stands for its application. */
export function applicationIdArgument(text: string): ApplicationId {
  return parsed(() => (text.startsWith('job_') ? parseJobId(text).applicationId : toApplicationId(text)));
}

/** An id of a job; that of an application stands for its job. */
export function jobIdArgument(text: string): JobId {
  return parsed(() => {
    if (text.startsWith('application_')) return jobId(toApplicationId(text));
    parseJobId(text);
    return text as JobId;
  });
}

/** An id of an application attempt. */
export function attemptIdArgument(text: string): ApplicationAttemptId {
  return parsed(() => {
    const { applicationId, attempt } = parseApplicationAttemptId(text);
    return applicationAttemptId(applicationId, attempt);
  });
}

/** An id of a container. */
export function containerIdArgument(text: string): ContainerId {
  return parsed(() => toContainerId(text));
}

/** One of `words` in capitals, or several between commas. */
export function wordsArgument<W extends string>(words: readonly W[]): (text: string) => W[] {
  return (text) =>
    text.split(',').map((part) => {
      const found = words.find((word) => word === part.trim().toUpperCase());
      if (found === undefined) throw new InvalidArgumentError(`'${part}' should be one of ${words.join(', ')}`);
      return found;
    });
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
