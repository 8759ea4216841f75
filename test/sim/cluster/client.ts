/**
 * A user's client: submits applications, repeats what was not answered, and watches until each has ended. What it was told goes into the
 * ledger, which is one of the three truths that checkers hold the cluster against.
 */
import {
  applicationClientProtocol,
  createStub,
  SharedSecret,
  YarnError,
  type ApplicationClientProtocol,
  type ApplicationId,
  type ApplicationReport,
  type ApplicationSubmissionContext,
  type FinalApplicationStatus,
  type Stub,
  type YarnApplicationState,
} from '@bobbin/common';
import type { SimProcess } from '../machine.js';
import { CLUSTER_SECRET, keptToken, RM_ADDRESS } from './resource-manager.js';

/** One application as the workload wants it. */
export interface Job {
  readonly name: string;
  readonly user: string;
  readonly submitAtMs: number;
  /** Virtual ms after which its user kills it. */
  readonly killAtMs?: number;
  /** How it must end; `any`: by whatever ends it. */
  readonly expects: FinalApplicationStatus | 'any';
  readonly maxAppAttempts: number;
  readonly resource: { readonly memoryMb: number; readonly vcores: number };
  readonly command: string;
  /** Containers outlive the AM's attempt that asked for them. */
  readonly keepContainers?: boolean;
  /** Makes what the submission needs, as a job client stages its files; gives the environment and credentials of the AM's container. */
  readonly prepare?: (applicationId: ApplicationId) => Partial<ApplicationSubmissionContext['amContainerSpec']>;
}

/** What the client knows of one application. */
export interface LedgerEntry {
  readonly job: Job;
  applicationId: ApplicationId | undefined;
  /** As it was submitted. */
  context: ApplicationSubmissionContext | undefined;
  /** The RM said yes. */
  acknowledged: boolean;
  killAcknowledged: boolean;
  /** Last state told. */
  state: YarnApplicationState | undefined;
  report: ApplicationReport | undefined;
  ended: boolean;
  /** A user's act during the run makes its end open. */
  wasHurt: boolean;
}

export interface LedgerWatcher {
  /** The RM said yes to its submission. */
  accepted(entry: LedgerEntry, applicationId: ApplicationId): void;
  /** After each report; `killedBefore`: its kill had been acknowledged when the report was asked for. */
  told(entry: LedgerEntry, before: YarnApplicationState | undefined, killedBefore: boolean): void;
  /** The RM does not know what it acknowledged. */
  forgotten(entry: LedgerEntry): void;
}

const HOLD_MS = 10_000;
const PAUSE_MS = 500;
const TERMINAL: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED']);

/** Runs in a process of its own, which no fault kills. */
export class ClusterClient {
  readonly ledger: LedgerEntry[] = [];

  constructor(
    private readonly process: SimProcess,
    jobs: readonly Job[],
    private readonly watcher: LedgerWatcher,
  ) {
    for (const job of jobs) {
      const entry: LedgerEntry = {
        job,
        applicationId: undefined,
        context: undefined,
        acknowledged: false,
        killAcknowledged: false,
        state: undefined,
        report: undefined,
        ended: false,
        wasHurt: false,
      };
      this.ledger.push(entry);
      process.clock.after(job.submitAtMs, () => void this.run(entry).catch((error: unknown) => process.threw(error)));
    }
  }

  /** Kills the job of this index; false where it is not known or over. */
  killNow(index: number): boolean {
    const entry = this.live(index);
    if (!entry) return false;
    entry.wasHurt = true;
    void this.kill(entry, this.connect(entry.job.user)).catch((error: unknown) => this.process.threw(error));
    return true;
  }

  /** Fails its present attempt, as `bobbin app fail` does. */
  failAttempt(index: number): boolean {
    const entry = this.live(index);
    const applicationAttemptId = entry?.report?.currentApplicationAttemptId;
    if (!entry || applicationAttemptId === undefined) return false;
    const rm = this.connect(entry.job.user);
    rm.failApplicationAttempt({ applicationAttemptId }).catch((error: unknown) => {
      if (!(error instanceof YarnError)) this.process.threw(error);
    });
    return true;
  }

  /** Submits it once more under its id, as a client does that heard no answer: nothing may come of it. */
  submitAgain(index: number): boolean {
    const entry = this.live(index);
    if (!entry?.context) return false;
    const applicationSubmissionContext = entry.context;
    const rm = this.connect(entry.job.user);
    rm.submitApplication({ applicationSubmissionContext }).catch((error: unknown) => this.process.threw(error));
    return true;
  }

  private live(index: number): LedgerEntry | undefined {
    const entry = this.ledger[index];
    return entry?.acknowledged && !entry.ended ? entry : undefined;
  }

  get allEnded(): boolean {
    return this.ledger.every(({ ended }) => ended);
  }

  private async run(entry: LedgerEntry): Promise<void> {
    const rm = this.connect(entry.job.user);
    const { applicationId } = await rm.getNewApplication({});
    entry.applicationId = applicationId;
    entry.context = submission(entry.job, applicationId);
    await rm.submitApplication({ applicationSubmissionContext: entry.context });
    entry.acknowledged = true;
    this.watcher.accepted(entry, applicationId);
    const { killAtMs } = entry.job;
    if (killAtMs !== undefined) {
      const kill = (): void => void this.kill(entry, rm).catch((error: unknown) => this.process.threw(error));
      this.process.clock.after(Math.max(1, killAtMs - this.process.machine.sim.nowMs), kill);
    }
    while (!entry.ended) await this.watch(entry, rm, applicationId);
  }

  private async watch(
    entry: LedgerEntry,
    rm: Stub<ApplicationClientProtocol>,
    applicationId: ApplicationId,
  ): Promise<void> {
    try {
      const knownState = entry.state;
      const killedBefore = entry.killAcknowledged;
      const hold = knownState === undefined ? {} : { knownState, waitMs: HOLD_MS };
      const { applicationReport } = await rm.getApplicationReport({ applicationId, ...hold });
      entry.state = applicationReport.state;
      entry.report = applicationReport;
      this.watcher.told(entry, knownState, killedBefore);
      entry.ended = TERMINAL.has(applicationReport.state);
    } catch (error) {
      if (error instanceof YarnError && error.code === 'APPLICATION_NOT_FOUND') this.watcher.forgotten(entry);
      else if (!(error instanceof YarnError)) throw error;
      await this.pause();
    }
  }

  private async kill(entry: LedgerEntry, rm: Stub<ApplicationClientProtocol>): Promise<void> {
    const { applicationId } = entry;
    if (!applicationId) return;
    while (!entry.ended) {
      const { isKillCompleted } = await rm.forceKillApplication({ applicationId, waitMs: HOLD_MS });
      if (isKillCompleted) {
        entry.killAcknowledged = true;
        return;
      }
      await this.pause();
    }
  }

  private connect(user: string): Stub<ApplicationClientProtocol> {
    const { clock, transport } = this.process;
    const secret = new SharedSecret(CLUSTER_SECRET, clock);
    return createStub(applicationClientProtocol, {
      address: RM_ADDRESS,
      credentials: keptToken(this.process, () => secret.clientToken(user)),
      clock,
      transport,
      retry: { maxWaitMs: Infinity },
    });
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.process.clock.after(PAUSE_MS, resolve));
  }
}

function submission(job: Job, applicationId: ApplicationId): ApplicationSubmissionContext {
  return {
    applicationId,
    applicationName: job.name,
    queue: 'default',
    priority: 0,
    amContainerSpec: {
      localResources: {},
      serviceData: {},
      environment: {},
      commands: [job.command],
      applicationAcls: {},
      ...job.prepare?.(applicationId),
    },
    unmanagedAM: false,
    maxAppAttempts: job.maxAppAttempts,
    resource: job.resource,
    applicationType: 'YARN',
    keepContainersAcrossApplicationAttempts: job.keepContainers ?? false,
    applicationTags: [],
    attemptFailuresValidityIntervalMs: -1,
    amContainerResourceRequests: [],
  };
}
