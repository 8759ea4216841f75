/**
 * startFirstUberChild: the process of an uber job's tasks, started by the outer layer of `am.cjs` before our program is loaded: it gets
 * ready while we do. Whether the job is uber the submitter has said by a variable; the AM decides all the same.
 */
import { join } from 'node:path';
import { UBER_VARIABLE, type ContainerId } from '@bobbin/common';
import { startUberChild, type UberChildSettings, type WaitingUberChild } from './uber-child.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a process of an uber job's tasks is started with: this environment, but with the job's tokens in the place of ours. */
export function uberChildSettings(
  environment: Environment,
  workDir: string,
): UberChildSettings & { readonly tokenFile: string } {
  const tokenFile = join(workDir, 'uber_tokens');
  return {
    bundle: join(workDir, 'task.cjs'),
    containerId: (environment['CONTAINER_ID'] ?? '') as ContainerId,
    environment: { ...environment, HADOOP_TOKEN_FILE_LOCATION: tokenFile },
    tokenFile,
  };
}

/** Undefined where none is wanted yet: a later attempt may have nothing left to run. */
export function startFirstUberChild(environment: Environment, workDir: string): WaitingUberChild | undefined {
  const isFirstAttempt = /_01_\d+$/.test(environment['CONTAINER_ID'] ?? '');
  if (environment[UBER_VARIABLE] !== 'true' || !isFirstAttempt) return undefined;
  return startUberChild(uberChildSettings(environment, workDir));
}
