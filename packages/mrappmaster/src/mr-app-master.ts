/**
 * MRAppMaster: the AM of one MapReduce job; puts its components together, starts them in Hadoop's order and ends them in
 * reverse. Hadoop: mapreduce.v2.app.MRAppMaster (reference mapreduce.md 1.4, 1.5). Everything of the outside world comes in by
 * `MRAppMasterDeps`; main.ts gives the real one. One MRAppMaster runs once.
 */
import {
  AMRMConversation,
  NMClient,
  type AllocationSource,
  type AMRMConnection,
  type NMConnection,
} from '@bobbin/client';
import {
  authenticateAMClient,
  createJobToken,
  delay,
  Dispatcher,
  findToken,
  grpcTransport,
  messageOf,
  AMRM_TOKEN,
  DEFAULT_RACK,
  SHUFFLE_SECRET_ALIAS,
  mrAmKeys,
  mrClientProtocol,
  mrKeys,
  taskOf,
  type AMStartedRecord,
  type Clock,
  type Configuration,
  type ContainerId,
  type Credentials,
  type FileSystem,
  type FinalApplicationStatus,
  type JobFile,
  type Logger,
  type NodeId,
  type RandomSource,
  type RegisterApplicationMasterResponse,
  type RpcListener,
  type TaskAttemptId,
  type Token,
  type Transport,
} from '@bobbin/common';
import { MRClientService } from './client/mr-client-service.js';
import { CommitMarkers } from './commit/commit-markers.js';
import { CommitterEventHandler, type JobCommitter } from './commit/committer-event-handler.js';
import type { AMEnvironment } from './conf/am-environment.js';
import { toHistorySettings, toJobConf, toTaskHeartbeatSettings } from './conf/am-settings.js';
import { readJobFile, readSplits, type ReadText } from './conf/job-file.js';
import { MRAppMasterStartError } from './errors.js';
import type { MRAppEvent } from './events.js';
import { completedHistory } from './jobhistory/completed-history.js';
import { JobHistoryEventHandler } from './jobhistory/job-history-event-handler.js';
import { Job } from './job/job.js';
import type { JobEnvironment } from './job/job-scope.js';
import type { UberChild } from './launcher/local-container-launcher.js';
import { awaitedContainers, readEarlierAttempts, recoverOutput, type Recovery } from './recovery/recover-job.js';
import { LocalContainerAllocator } from './rm/local-container-allocator.js';
import { AMTokens } from './rm/tokens.js';
import { inspectStaging, stagingPaths, type ForcedEnd, type StagingPaths } from './staging.js';
import { makeTaskPlatform, ownContainer, type TaskPlatform } from './task-platform.js';
import { publishAddress, readAddress } from './umbilical/app-master-address.js';
import { TaskAttemptFinishingMonitor } from './umbilical/task-attempt-finishing-monitor.js';
import { TaskAttemptListener } from './umbilical/task-attempt-listener.js';
import { TaskHeartbeatHandler } from './umbilical/task-heartbeat-handler.js';
import type { Wires } from './umbilical/wire.js';

export interface MRAppMasterDeps {
  readonly env: AMEnvironment;
  /** The container's working directory: `job.json` and `job.splits.jsonl` lie there. */
  readonly workDir: string;
  readonly readText: ReadText;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly fs: FileSystem;
  readonly connectRM: (token: () => Token, conf: Configuration) => AMRMConnection & { close(): void };
  readonly connectNM: (nodeId: NodeId, token: () => Token, conf: Configuration) => NMConnection;
  /** The process of an uber job; `tokens` are all it may know. */
  readonly spawnUberChild: (amPort: number, tokens: Uint8Array) => UberChild;
  readonly outputCommitter: (conf: Configuration, amAttempt: number) => JobCommitter;
  /** Where clients call. @default gRPC */
  readonly transport?: Pick<Transport, 'listen'>;
  /** Where tasks connect. @default TCP */
  readonly wires?: Wires;
}

const STOPPED_BY_SIGNAL = 143;
/** Of the 250 ms between SIGTERM and SIGKILL. */
const START_PATIENCE_MS = 100;
const BEFORE_TASKS: ReadonlySet<string> = new Set(['NEW', 'INITED', 'SETUP']);

export class MRAppMaster {
  private readonly dispatcher: Dispatcher<MRAppEvent>;
  private readonly file: JobFile;
  private readonly conf: Configuration;
  private readonly staging: StagingPaths;
  private readonly tokens: AMTokens;
  private readonly jobToken: Token;
  private readonly job: Job;
  private readonly history: JobHistoryEventHandler;
  private readonly heartbeats: TaskHeartbeatHandler;
  private readonly finishingMonitor: TaskAttemptFinishingMonitor;
  private readonly listener: TaskAttemptListener;
  private readonly committer: JobCommitter;
  private readonly committerHandler: CommitterEventHandler;
  private readonly markers: CommitMarkers;
  private readonly clientService: MRClientService;
  private readonly clientServer: RpcListener;
  private readonly rm: AMRMConnection & { close(): void };
  private readonly nm: NMClient;
  private communicator: AMRMConversation | undefined;
  private platform: TaskPlatform | undefined;
  private clientKey: Uint8Array | undefined;
  private lastRetry = false;
  private unregistered = false;
  private signalled = false;
  private starting: Promise<void> = Promise.resolve();
  private finish: (code: number) => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  /** Reads what was staged; throws JobFileError, ConfigurationError or MRAppMasterStartError. */
  constructor(private readonly deps: MRAppMasterDeps) {
    const { env, clock, random, log, fs, credentials, workDir } = deps;
    const { file, conf } = readJobFile(`${workDir}/job.json`, deps.readText);
    this.file = file;
    this.conf = conf;
    this.staging = stagingPaths(conf.get(mrAmKeys.stagingDir), file.user, env);
    const amRmToken = findToken(credentials, AMRM_TOKEN.kind);
    if (!amRmToken) throw new MRAppMasterStartError(`${env.tokenFile} holds no ${AMRM_TOKEN.kind} token`);
    this.tokens = new AMTokens(amRmToken);
    this.jobToken = createJobToken(env.jobId, random, this.submittersSecret);
    this.rm = deps.connectRM(() => this.tokens.forRM(), conf);
    this.nm = new NMClient({
      clock: deps.clock,
      connect: (nodeId) => deps.connectNM(nodeId, () => this.tokens.forNode(nodeId), conf),
    });
    this.dispatcher = new Dispatcher<MRAppEvent>({
      now: () => clock.monotonic(),
      onFatal: (error) => this.fail(error as Error),
    });

    const exitTimeoutMs = conf.get(mrKeys.taskExitTimeoutMs);
    this.heartbeats = new TaskHeartbeatHandler({ clock, dispatcher: this.dispatcher }, toTaskHeartbeatSettings(conf));
    this.finishingMonitor = new TaskAttemptFinishingMonitor(clock, this.dispatcher, exitTimeoutMs);
    this.listener = new TaskAttemptListener({
      clock,
      random,
      dispatcher: this.dispatcher,
      log,
      heartbeats: this.heartbeats,
      jobToken: this.jobToken.password,
      bindHost: env.nmHost,
      port: 0,
      ...(deps.wires && { wires: deps.wires }),
      exitTimeoutMs,
      amAttempt: env.attemptNumber,
      adoptionWaitMs: conf.get(mrAmKeys.adoptionWaitMs),
      recorded: () => this.recorded(),
      canCommit: (attemptId) => this.canCommit(attemptId),
      mapCompletionEvents: (from, max) => this.job.mapCompletionEvents(from, max),
    });
    this.job = new Job(this.jobEnvironment());
    this.history = new JobHistoryEventHandler(
      { clock, log, fs, isLastAMRetry: () => this.lastRetry, onError: (error) => this.internalError(error) },
      toHistorySettings(env.jobId, this.staging.historyFile, file, conf),
    );
    this.committer = deps.outputCommitter(conf, env.attemptNumber);
    this.markers = new CommitMarkers(fs, this.staging.folder);
    this.committerHandler = new CommitterEventHandler({
      clock,
      dispatcher: this.dispatcher,
      log,
      committer: this.committer,
      markers: this.markers,
      heartbeat: {
        lastHeardAtMs: () => this.communicator?.lastHeardAtMs() ?? 0,
        onNextHeartbeat: (callback) => this.communicator?.onNextHeartbeat(callback) ?? ((): void => undefined),
      },
      historyWritten: () => this.history.drained().then(() => this.history.written()),
      hasSuccessor: () => this.hasSuccessor(),
      commitWindowMs: conf.get(mrAmKeys.committerCommitWindowMs),
      cancelTimeoutMs: conf.get(mrAmKeys.committerCancelTimeoutMs),
    });
    this.clientService = new MRClientService({ clock, dispatcher: this.dispatcher, job: () => this.job });
    this.clientServer = (deps.transport ?? grpcTransport).listen({ host: env.nmHost, port: 0, log, clock });
    const authenticate = authenticateAMClient(() => this.clientKey, env.applicationAttemptId, clock);
    this.clientServer.register(mrClientProtocol, this.clientService, authenticate);
  }

  /**
   * Runs the job to its end. Resolves with the exit code of the process: 0 when the RM was told how the job ended, whatever
   * that was. Rejects when the AM cannot start, or when its own state is broken; another attempt may do better then.
   */
  async run(): Promise<number> {
    const forced = await inspectStaging(this.deps.fs, this.staging, this.markers, this.committer.isCommitJobRepeatable);
    if (forced) return this.endOnly(forced);
    const ended = new Promise<number>((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    try {
      this.starting = this.start();
      await this.starting;
      return await ended;
    } finally {
      await this.release();
    }
  }

  /** SIGTERM: leaves no process behind and, where no attempt follows, no temporary output, as far as time allows. Safe to call twice. */
  async stopBySignal(): Promise<void> {
    if (this.signalled) return;
    this.signalled = true;
    if (this.job.isFinished) return;
    const { log } = this.deps;
    log.warn('the AppMaster was told to stop before its job had ended');
    const quietly = (what: string, work: Promise<unknown> | undefined): Promise<unknown> =>
      Promise.resolve(work).catch((error: unknown) => log.warn(`${what}: ${messageOf(error)}`));
    // Containers are the platform's to end; the process of an uber job is ours.
    const local = this.job.isUber ? this.platform?.launcher.stopAll() : undefined;
    await quietly('stopping the task process', local);
    // Only an AM that the RM has heard of may discard anything; a start under way gets the time to be heard.
    await Promise.race([this.starting.catch(() => undefined), delay(this.deps.clock, START_PATIENCE_MS)]);
    await Promise.all([
      quietly('discarding the output', this.discardIfOver()),
      quietly(
        'closing the history',
        this.listener.stop().then(() => this.history.stop()),
      ),
    ]);
    this.finish(STOPPED_BY_SIGNAL);
  }

  /** Start order of reference 1.4: the client service first, for registration names its port. */
  private async start(): Promise<void> {
    const { env, log, workDir, fs } = this.deps;
    await this.listener.start();
    await publishAddress(fs, this.staging.addressFile, {
      attempt: env.attemptNumber,
      host: env.nmHost,
      port: this.listener.port,
    });
    // After that: an attempt that was given up, and does not know, either sees our address and commits nothing, or had told its history all before.
    const earlier = await this.readEarlierAttempts();
    this.registerHandlers();
    for (const am of [...earlier.amInfos, this.amStarted()]) this.dispatcher.dispatch({ domain: 'history', ...am });
    let initFailure: string | undefined;
    try {
      const splits = readSplits(`${workDir}/job.splits.jsonl`, this.file.numMaps, this.deps.readText);
      this.job.handle({ domain: 'job', type: 'JOB_INIT', splits });
    } catch (error) {
      initFailure = messageOf(error);
      this.job.handle({ domain: 'job', type: 'JOB_INIT', failure: initFailure });
    }
    this.platform = await this.makePlatform(awaitedContainers(earlier));
    this.openWhenTasksAreKnown();
    const port = await this.clientServer.start();
    this.communicator = this.conversation(this.platform.allocator);
    await this.communicator.start({ host: this.deps.env.nmHost, rpcPort: port, trackingUrl: '' });
    const recovered = await this.recover(earlier);
    log.info(`${env.jobId} starts: AppMaster attempt ${env.attemptNumber}, clients at ${env.nmHost}:${port}`);
    // Told to stop meanwhile: what a job sets up now nobody would take back.
    if (this.job.isFinished || this.signalled) return;
    if (initFailure === undefined) this.dispatcher.dispatch({ domain: 'job', type: 'JOB_START', ...recovered });
    else this.dispatcher.dispatch({ domain: 'job', type: 'JOB_INIT_FAILED' });
  }

  private get submittersSecret(): Uint8Array | undefined {
    return this.deps.credentials.secrets.get(SHUFFLE_SECRET_ALIAS);
  }

  private readEarlierAttempts(): Promise<Recovery> {
    const { env, log } = this.deps;
    return readEarlierAttempts(
      {
        amAttempt: env.attemptNumber,
        numReduces: this.file.numReduces,
        isEnabled: this.conf.get(mrAmKeys.recoveryEnable),
        isCommitterAble: this.committer.isRecoverySupported,
        hasSubmittersSecret: this.submittersSecret !== undefined,
        historyFileOf: (attempt) => this.staging.historyFileOf(attempt),
        fs: this.deps.fs,
      },
      log,
    );
  }

  /** What goes with JOB_START. What earlier attempts left of output stays until the job ends, for one that was given up may be committing it. */
  private async recover({ tasks, launchTimeMs }: Recovery) {
    const { log } = this.deps;
    if (tasks.size > 0)
      log.info(`${tasks.size} tasks that were begun are taken over from earlier attempts of the AppMaster`);
    const isCommitted = async (): Promise<boolean> => (await this.markers.read()) === 'SUCCEEDED';
    const output = { recoverTask: (attempt: TaskAttemptId) => this.committer.recoverTask(attempt), isCommitted };
    const recovered = await recoverOutput(tasks, this.file.numReduces, output, log);
    return { recovered, ...(launchTimeMs === undefined ? {} : { recoveredStartTimeMs: launchTimeMs }) };
  }

  private conversation(source: AllocationSource): AMRMConversation {
    const { clock, log } = this.deps;
    return new AMRMConversation(
      { rm: this.rm, clock, log, source, onHeard: () => this.listener.reconsider() },
      {
        heartbeatIntervalMs: this.conf.get(mrAmKeys.schedulerHeartbeatIntervalMs),
        connectionWaitMs: this.conf.get(mrAmKeys.schedulerConnectionWaitMs),
      },
    );
  }

  private amStarted(): AMStartedRecord {
    const { env, clock } = this.deps;
    return {
      type: 'AM_STARTED',
      applicationAttemptId: env.applicationAttemptId,
      startTimeMs: clock.now(),
      containerId: env.containerId,
      nodeManagerHost: env.nmHost,
      nodeManagerPort: env.nmPort,
      nodeManagerHttpPort: env.nmHttpPort,
      ...(env.processStartTimeMs !== undefined && { processStartTimeMs: env.processStartTimeMs }),
    };
  }

  private registerHandlers(): void {
    const { dispatcher } = this;
    dispatcher.on('job', (event) => this.job.handle(event));
    dispatcher.on('task', (event) => this.job.handleTask(event));
    dispatcher.on('taskattempt', (event) => this.job.handleAttempt(event));
    dispatcher.on('container-allocator', (event) => this.platform?.allocator.handle(event));
    dispatcher.on('container-launcher', (event) => this.platform?.launcher.handle(event));
    dispatcher.on('speculator', (event) => this.platform?.speculator?.handle(event));
    dispatcher.on('committer', (event) => this.committerHandler.handle(event));
    dispatcher.on('history', (event) => this.history.handle(event));
    // The shutdown waits for the dispatcher: it must not run inside a handler.
    dispatcher.on('job-finish', () => void this.shutDown().then(this.finish, this.fail));
    dispatcher.onTurnEnd(() => this.platform?.allocator.endTurn?.());
    dispatcher.onTurnEnd(() => this.platform?.launcher.endTurn());
    dispatcher.onTurnEnd(() => this.listener.reconsider());
  }

  /** Children of an earlier AM may call before their attempts are back: until then they wait. */
  private openWhenTasksAreKnown(): void {
    const stop = this.job.onChange(() => {
      if (BEFORE_TASKS.has(this.job.internalState)) return;
      stop();
      void this.dispatcher.drained().then(() => this.listener.open());
    });
  }

  /** Also one that has ended the job since: it removes the staging folder last. */
  private async hasSuccessor(): Promise<boolean> {
    const { fs, env } = this.deps;
    const address = await readAddress(fs, this.staging.addressFile);
    if (address) return address.attempt > env.attemptNumber;
    return !(await fs.exists(this.staging.folder).catch(() => true));
  }

  private async isInCharge(): Promise<boolean> {
    return (await this.communicator?.isInCharge(this.conf.get(mrAmKeys.committerCommitWindowMs))) ?? false;
  }

  /** What this AM leaves behind is the next one's, unless none will come. */
  private async discardIfOver(): Promise<void> {
    if (await this.communicator?.isApplicationOver()) await this.committerHandler.abortOutput('KILLED');
  }

  /** What is acknowledged to a child survives us: the next attempt reads it. */
  private async recorded(): Promise<void> {
    await this.dispatcher.drained();
    await this.history.written();
  }

  private makePlatform(awaited: ReadonlySet<ContainerId>): Promise<TaskPlatform> {
    return makeTaskPlatform({
      ...this.deps,
      dispatcher: this.dispatcher,
      conf: this.conf,
      file: this.file,
      jobFile: this.staging.jobFile,
      addressFile: this.staging.addressFile,
      awaited,
      job: () => this.job,
      listener: this.listener,
      jobToken: this.jobToken,
      tokens: this.tokens,
      nm: this.nm,
      isInCharge: () => this.isInCharge(),
      onRegistered: (response) => this.registered(response),
      poke: () => this.communicator?.poke(),
    });
  }

  private jobEnvironment(): JobEnvironment {
    const { env, clock, log } = this.deps;
    const isLastAMRetry = (): boolean => this.lastRetry;
    const hasUnregistered = (): boolean => this.unregistered;
    return {
      umbilical: this.listener,
      finishingMonitor: this.finishingMonitor,
      applicationId: env.applicationId,
      applicationAttemptId: env.applicationAttemptId,
      attemptNumber: env.attemptNumber,
      jobId: env.jobId,
      startTimeMs: clock.now(),
      clock,
      dispatcher: this.dispatcher,
      log,
      conf: toJobConf(this.file, this.conf, {
        jobConfPath: this.staging.jobFile,
        historyFile: this.staging.historyFile,
      }),
      get isLastAMRetry() {
        return isLastAMRetry();
      },
      get hasSuccessfullyUnregistered() {
        return hasUnregistered();
      },
      rackOf: (host) => this.platform?.allocator.rackOf?.(host) ?? DEFAULT_RACK,
    };
  }

  private registered(response: RegisterApplicationMasterResponse): void {
    this.clientKey = response.clientToAMTokenMasterKey;
    const { queue } = response;
    if (queue === '' || queue === this.file.queue) return;
    const { jobId } = this.deps.env;
    this.dispatcher.dispatch({ domain: 'history', type: 'JOB_QUEUE_CHANGED', jobId, jobQueueName: queue });
  }

  private canCommit(attemptId: TaskAttemptId): boolean {
    const task = this.job.task(taskOf(attemptId));
    return task !== undefined && task.canCommit(attemptId) && this.committerHandler.inCommitWindow();
  }

  private internalError(error: Error): void {
    this.deps.log.error(error.message);
    this.dispatcher.dispatch({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics: error.message });
    this.dispatcher.dispatch({ domain: 'job', type: 'INTERNAL_ERROR' });
  }

  /** End order of reference 1.5. An AM that the RM has given up leaves everything to the next attempt. */
  private async shutDown(): Promise<number> {
    const { log, fs } = this.deps;
    // A job may end before the AM has registered; it has to, in order to unregister.
    await this.starting;
    // One that may have a successor tells nobody how the job ended for it.
    const isGivenUp = this.job.internalState === 'REBOOT' || !(await this.isInCharge());
    if (!isGivenUp) this.lastRetry = true;
    log.info(`${this.job.id} ended in ${this.job.internalState}; shutting down`);
    // What is known to the client and the RM need not wait for processes to end; this process does.
    let stopped: Promise<void> | undefined;
    if (isGivenUp) {
      // The tasks go on, and are the next attempt's: what one of them says from here on must reach that one.
      await this.listener.stop();
      await Promise.all([
        this.history.stop(undefined, false),
        this.job.isUber ? this.platform?.launcher.stopAll() : undefined,
      ]);
    } else {
      stopped = this.platform?.launcher.stopAll();
      await this.history.stop();
    }
    if (this.lastRetry) {
      this.lastRetry = await this.unregister(this.finalStatus(), this.job.diagnostics.join('\n'));
      this.unregistered = true;
      this.job.unmask();
    } else {
      await this.discardIfOver();
    }
    if (this.lastRetry && !this.conf.get(mrKeys.preserveFailedTaskFiles)) {
      await fs.delete(this.staging.folder).catch((error: unknown) => {
        log.warn(`staging folder ${this.staging.folder} could not be removed: ${messageOf(error)}`);
        return false;
      });
    }
    await stopped;
    this.clientService.stop();
    await this.clientServer.stop();
    return isGivenUp ? 1 : 0;
  }

  private finalStatus(): FinalApplicationStatus {
    switch (this.job.internalState) {
      case 'SUCCEEDED':
        return 'SUCCEEDED';
      case 'KILLED':
        return 'KILLED';
      case 'FAILED':
      case 'ERROR':
        return 'FAILED';
      default:
        return this.signalled ? 'KILLED' : 'UNDEFINED';
    }
  }

  private unregister(finalApplicationStatus: FinalApplicationStatus, diagnostics: string): Promise<boolean> {
    return (
      this.communicator?.unregister({ finalApplicationStatus, diagnostics, trackingUrl: '' }) ?? Promise.resolve(false)
    );
  }

  /** The job's end was decided by an earlier attempt: tell the RM, complete the history, clean up. */
  private async endOnly({ status, diagnostics }: ForcedEnd): Promise<number> {
    const { env, clock, log, fs } = this.deps;
    log.warn(diagnostics);
    const allocator = new LocalContainerAllocator({
      ...this.deps,
      applicationAttemptId: env.applicationAttemptId,
      dispatcher: { dispatch: () => undefined },
      job: () => this.job,
      container: ownContainer(env, this.conf),
      tokens: this.tokens,
      onRegistered: () => undefined,
    });
    this.communicator = this.conversation(allocator);
    await this.communicator.start({ host: this.deps.env.nmHost, rpcPort: -1, trackingUrl: '' });
    await this.settleOutput(status);
    if (await fs.exists(this.staging.folder)) {
      const { jobId } = env;
      const { conf } = this.job.env;
      const how = { jobId, status, diagnostics, amStarted: this.amStarted(), nowMs: clock.now(), conf };
      const { earlierHistoryFiles: earlierFiles } = this.staging;
      for (const event of await completedHistory({ ...how, earlierFiles, fs }, log)) {
        this.history.handle({ domain: 'history', ...event });
      }
      await this.history.stop();
    }
    if (await this.unregister(status, diagnostics)) await fs.delete(this.staging.folder);
    await this.release();
    return 0;
  }

  /** What the attempt that marked the commit's end had no time for. A commit that may not be repeated is left as it is. */
  private async settleOutput(status: FinalApplicationStatus): Promise<void> {
    if (status === 'SUCCEEDED') await this.committerHandler.cleanUp();
    else if (this.committer.isCommitJobRepeatable) await this.committerHandler.abortOutput('FAILED');
  }

  /** What is still open: nobody is waited for. Safe to call twice. */
  private async release(): Promise<void> {
    await Promise.all([this.clientServer.stop(0), this.listener.stop(), this.communicator?.stop()]);
    this.platform?.speculator?.stop();
    this.heartbeats.stop();
    this.finishingMonitor.stop();
    this.dispatcher.stop();
    this.rm.close();
    this.nm.close();
  }
}
