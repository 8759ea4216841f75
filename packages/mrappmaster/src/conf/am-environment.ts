/**
 * What the NodeManager tells the AppMaster of a job about itself: what it tells any AppMaster, and what follows for a job (MRAppMaster.main).
 */
import { jobId, type JobId } from '@bobbin/common';
import { readAppMasterEnvironment, type AppMasterEnvironment } from '@bobbin/client';

export interface AMEnvironment extends AppMasterEnvironment {
  readonly jobId: JobId;
  /** When this process began, ms since 1970. */
  readonly processStartTimeMs?: number;
}

/** Throws ConfigurationError naming every variable that is missing or unusable. */
export function readAMEnvironment(env: Readonly<Record<string, string | undefined>>): AMEnvironment {
  const environment = readAppMasterEnvironment(env);
  return { ...environment, jobId: jobId(environment.applicationId) };
}
