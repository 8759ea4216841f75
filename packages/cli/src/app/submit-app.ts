/**
 * submitApp: from a spec to an application that is accepted, and on to its end. Hadoop: `yarn app -launch`, distributedshell.Client. The
 * first Ctrl-C kills the application and waits for that; the second leaves at once.
 */
import {
  getFileSystem,
  messageOf,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
} from '@bobbin/common';
import { awaitStateChange, isTerminal, killApplication, type WaitDeps } from '@bobbin/client';
import { CommandError } from '../errors.js';
import { INTERRUPTED } from '../job/follow-job.js';
import type { CommandIO } from '../output/io.js';
import { stagingRoot, type Session } from '../session.js';
import { readAppSpec, type AppSpec } from './app-spec.js';
import { withoutToken } from './application-lines.js';
import { stageApp, sweepStaging, type StagedApp } from './stage-app.js';

export interface SubmitAppOptions {
  readonly json?: boolean;
  readonly name?: string;
  readonly queue?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
}

/** Resolves with the exit code. Throws CommandError, and what the RM says. */
export async function submitApp(
  session: Session,
  io: CommandIO,
  path: string,
  args: readonly string[],
  options: SubmitAppOptions,
): Promise<number> {
  const spec = withOptions(await readAppSpec(path), args, options);
  const { rm, conf, user } = session;
  const root = stagingRoot(conf, user);
  await sweepStaging(root, rm, io.clock.now());
  const { applicationId, maximumResourceCapability: most } = await rm.getNewApplication({});
  if (spec.resource.memoryMb > most.memoryMb || spec.resource.vcores > most.vcores) {
    throw new CommandError(
      `resources of ${spec.name} are memory-mb ${spec.resource.memoryMb}, vcores ${spec.resource.vcores}; ` +
        `a container of this cluster has at most memory-mb ${most.memoryMb}, vcores ${most.vcores}`,
    );
  }
  const staged = await stageApp(root, applicationId, spec);
  try {
    await rm.submitApplication({ applicationSubmissionContext: submissionOf(applicationId, spec, staged) });
  } catch (error) {
    await staged.discard();
    throw error;
  }
  const watch = new Watch(session, io, applicationId, options.json === true);
  if (!options.wait) {
    await watch.until((report) => report.state === 'ACCEPTED' || report.state === 'RUNNING');
    io.print(options.json ? JSON.stringify({ applicationId }) : `Submitted application ${applicationId}`);
    return 0;
  }
  return watch.toTheEnd(staged);
}

function withOptions(spec: AppSpec, args: readonly string[], { name, queue }: SubmitAppOptions): AppSpec {
  return {
    ...spec,
    arguments: [...spec.arguments, ...args],
    ...(name !== undefined && { name }),
    ...(queue !== undefined && { queue }),
  };
}

function submissionOf(applicationId: ApplicationId, spec: AppSpec, staged: StagedApp): ApplicationSubmissionContext {
  return {
    applicationId,
    applicationName: spec.name,
    applicationType: spec.type,
    queue: spec.queue,
    priority: spec.priority,
    resource: spec.resource,
    maxAppAttempts: spec.maxAppAttempts,
    applicationTags: spec.tags,
    unmanagedAM: false,
    keepContainersAcrossApplicationAttempts: spec.keepContainersAcrossApplicationAttempts,
    attemptFailuresValidityIntervalMs: -1,
    amContainerResourceRequests: [],
    amContainerSpec: {
      localResources: staged.localResources,
      environment: spec.environment,
      commands: [staged.command, '1><LOG_DIR>/stdout', '2><LOG_DIR>/stderr'],
      serviceData: {},
      applicationAcls: {},
    },
  };
}

/** Tells each new state of one application. */
class Watch {
  private readonly deps: WaitDeps;

  constructor(
    session: Session,
    private readonly io: CommandIO,
    private readonly applicationId: ApplicationId,
    private readonly quiet: boolean,
  ) {
    this.deps = { rm: session.rm, conf: session.conf, clock: io.clock };
  }

  /** The first report that `enough` likes, or the last one. Throws CommandError where it was not accepted. */
  async until(enough: (report: ApplicationReport) => boolean): Promise<ApplicationReport> {
    for (let report: ApplicationReport | undefined; ;) {
      report = await awaitStateChange(this.deps, this.applicationId, report?.state);
      if (!this.quiet) this.io.print(`${this.applicationId}  ${report.state}`);
      if (isTerminal(report.state) && report.currentApplicationAttemptId === undefined)
        throw new CommandError(`${this.applicationId} was not accepted: ${report.diagnostics}`);
      if (isTerminal(report.state) || enough(report)) return report;
    }
  }

  /** Follows it, removes what was staged, tells the outcome; resolves with the exit code. */
  async toTheEnd(staged: StagedApp): Promise<number> {
    let interrupts = 0;
    const left = new AbortController();
    const stopListening = this.io.onInterrupt(() => {
      if (++interrupts > 1) return left.abort();
      this.io.warn(`Killing ${this.applicationId}; press Ctrl-C again to leave it to itself`);
      killApplication(this.deps, this.applicationId, 'killed by Ctrl-C of its submitter').catch((error: unknown) => {
        this.io.warn(`${this.applicationId} could not be killed: ${messageOf(error)}`);
        left.abort();
      });
    });
    const leaving = new Promise<undefined>((resolve) =>
      left.signal.addEventListener('abort', () => resolve(undefined)),
    );
    try {
      const report = await Promise.race([this.until(() => false), leaving]);
      if (!report) return INTERRUPTED;
      await getFileSystem(staged.folder).delete(staged.folder);
      this.tell(report);
      if (interrupts > 0) return INTERRUPTED;
      return report.finalApplicationStatus === 'SUCCEEDED' ? 0 : 1;
    } finally {
      stopListening();
    }
  }

  private tell(report: ApplicationReport): void {
    const { finalApplicationStatus, state, diagnostics } = report;
    if (this.quiet) return this.io.print(JSON.stringify(withoutToken(report)));
    if (finalApplicationStatus === 'SUCCEEDED') {
      this.io.print(`Application ${this.applicationId} completed successfully`);
      if (diagnostics !== '') this.io.print(diagnostics.trimEnd());
      return;
    }
    const how = finalApplicationStatus === 'UNDEFINED' ? state : finalApplicationStatus;
    this.io.warn(`Application ${this.applicationId} ended as ${how}: ${diagnostics.trim()}`);
    this.io.warn(`\nLogs: bobbin app logs ${this.applicationId}`);
  }
}
