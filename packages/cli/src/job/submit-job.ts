/**
 * submitJob: from a job file to an accepted application. Hadoop: JobSubmitter.submitJobInternal. What needs no cluster is checked
 * before anything is asked of it; a failure before acceptance leaves no staging folder behind.
 */
import {
  createShuffleSecret,
  decideUber,
  encodeCredentials,
  jobId,
  mrKeys,
  SHUFFLE_SECRET_ALIAS,
  systemRandom,
  taskResource,
  uberConf,
  type ApplicationId,
  type ApplicationReport,
  type Configuration,
  type JobFile,
  type JobId,
} from '@bobbin/common';
import { awaitStateChange } from '@bobbin/client';
import { CommandError } from '../errors.js';
import type { CommandIO } from '../output/io.js';
import { stagingRoot, type Session } from '../session.js';
import { bundleJob } from './bundle-job.js';
import { evaluateJob } from './evaluate-job.js';
import { inputSplits, withSample } from './input-splits.js';
import { withOutputCompression } from './output-compression.js';
import { checkContainerSizes, checkOutput, jobConfiguration, type SubmitOptions } from './job-request.js';
import { stageJob } from './staging.js';
import { submissionContext } from './submission.js';

export interface SubmittedJob {
  readonly applicationId: ApplicationId;
  readonly jobId: JobId;
  readonly name: string;
  readonly output: string;
  readonly submittedAtMs: number;
}

/**
 * Resolves once the RM has accepted the job. Where `interrupted` says so before it is submitted, it is not. Throws CommandError,
 * ConfigurationError, and what the RM says.
 */
export async function submitJob(
  session: Session,
  io: CommandIO,
  file: string,
  options: SubmitOptions,
  interrupted: () => boolean = () => false,
): Promise<SubmittedJob> {
  const { rm, user } = session;
  // The connection is made while the job is bundled; what is wrong with the job is told first all the same.
  const newApplication = rm.getNewApplication({});
  newApplication.catch(() => undefined);
  const nodes = rm.getClusterNodes({ nodeStates: ['RUNNING'] });
  nodes.catch(() => undefined);
  const { code } = await bundleJob(file);
  const job = evaluateJob(file, code);
  const requested = jobConfiguration(session.conf, file, job, options);
  await checkOutput(requested);
  const splits = await inputSplits(requested);
  const sampled = await withSample(requested, job, splits);
  const { applicationId, maximumResourceCapability } = await newApplication;
  const conf = withOutputCompression(sampled, (await nodes).nodeReports);
  checkContainerSizes(conf, maximumResourceCapability);
  const submittedAtMs = io.clock.now();
  const name = conf.get(mrKeys.jobName);
  const numReduces = conf.get(mrKeys.numReduces) ?? 1;
  const inputBytes = splits.reduce((sum, { length }) => sum + length, 0);
  const staged = await stageJob({
    root: stagingRoot(conf, user),
    jobId: jobId(applicationId),
    applicationId,
    code,
    splits,
    bundle: (bundle) => io.bundle(bundle),
    job: {
      jobName: name,
      user,
      queue: conf.get(mrKeys.queueName),
      properties: conf.toJSON(),
      numMaps: splits.length,
      numReduces,
      inputBytes,
      submitTimeMs: submittedAtMs,
    },
  });
  let taken = false;
  try {
    if (interrupted()) throw new CommandError('interrupted before the job was submitted');
    const { localResources } = staged;
    const isUber = willBeUber(conf, { numMaps: splits.length, numReduces, inputBytes });
    const context = submissionContext({ applicationId, conf, isUber, localResources, tokens: jobCredentials() });
    await rm.submitApplication({ applicationSubmissionContext: context });
    taken = true;
    await accepted(session, io, applicationId);
  } catch (error) {
    // An RM that took the job and then went away will run it when it is back: its files stay.
    if (!taken || error instanceof CommandError) await staged.discard();
    throw error;
  }
  return { applicationId, jobId: jobId(applicationId), name, output: conf.get(mrKeys.outputDir) ?? '', submittedAtMs };
}

function willBeUber(conf: Configuration, job: Pick<JobFile, 'numMaps' | 'numReduces' | 'inputBytes'>): boolean {
  const resources = {
    map: { resource: taskResource(conf, 'MAP') },
    reduce: { resource: taskResource(conf, 'REDUCE') },
  };
  return decideUber({ uber: uberConf(conf), ...resources, ...job }, job.numMaps).isUber;
}

/** What all attempts of the AppMaster share: the key to the map output that the ones before left on the nodes. */
function jobCredentials(): Uint8Array {
  const secrets = new Map([[SHUFFLE_SECRET_ALIAS, createShuffleSecret(systemRandom)]]);
  return encodeCredentials({ tokens: new Map(), secrets });
}

/** Waits until the application has left the states before acceptance. Hadoop: YarnClientImpl.submitApplication. */
async function accepted(session: Session, io: CommandIO, applicationId: ApplicationId): Promise<void> {
  let report: ApplicationReport | undefined;
  do {
    report = await awaitStateChange({ ...session, clock: io.clock }, applicationId, report?.state);
  } while (report.state === 'NEW' || report.state === 'NEW_SAVING' || report.state === 'SUBMITTED');
  if (report.state !== 'FAILED' && report.state !== 'KILLED') return;
  // It may have been accepted, and died since: then it has an attempt, and following it tells more.
  if (report.currentApplicationAttemptId !== undefined) return;
  throw new CommandError(`${applicationId} was not accepted: ${report.diagnostics}`);
}
