/**
 * ContainersLauncher: starts and ends the processes of containers through the executor. Hadoop:
 * nodemanager.containermanager.launcher.{ContainersLauncher,ContainerLaunch,ContainerCleanup}. Handles the `launcher` domain; answers
 * with CONTAINER_LAUNCHED and the exits. The place of a launch is stored, and durable, before the process starts: a NodeManager
 * that starts again looks for the process there. A kill at any moment ends in an exit event, also before there is a process.
 */
import { join } from 'node:path';
import {
  messageOf,
  assertNever,
  ContainerExitStatus,
  type ContainerId,
  type Logger,
  type ProcessIdentity,
  type Service,
  type Timer,
} from '@bobbin/common';
import type { ContainerExecutor, ContainerSignal, RunningContainer } from '../../container-executor.js';
import { ContainerLaunchError, DisksFailedError } from '../../errors.js';
import type { LocalDirsHandlerService } from '../../local-dirs-handler-service.js';
import type { NMContext } from '../../nm-context.js';
import type { LauncherEvent } from '../../nm-events.js';
import type { NodeFiles } from '../../node-files.js';
import type { Container, ContainerPlace } from '../container/container.js';
import { containerLogDir, containerWorkDir, forcedEnvironment, privateDir } from './container-environment.js';
import { LAUNCH_SCRIPT } from './container-files.js';
import { isKilledOnRequest } from './exit-diagnostics.js';
import { launchScript } from './launch-script.js';

export interface ContainersLauncherDeps {
  readonly context: NMContext;
  readonly executor: ContainerExecutor;
  readonly files: Pick<NodeFiles, 'writeContainerFiles' | 'writeDebugFiles' | 'link' | 'exitDiagnostics'>;
  readonly dirs: Pick<LocalDirsHandlerService, 'localDirForWrite' | 'logDirForWrite' | 'goodLocalDirs' | 'goodLogDirs'>;
  /** Variables of this process a container may have, BOBBIN_NODE included. */
  readonly whitelistedEnvironment: Readonly<Record<string, string>>;
  readonly userHomeDir: string;
  readonly sleepDelayBeforeSigkillMs: number;
  readonly stderrTailBytes: number;
  readonly stderrPattern: string;
  readonly auxServices: { metadata(): Readonly<Record<string, Uint8Array>> };
}

/** One launch from its event to its exit. */
interface Launch {
  readonly container: Container;
  /** Asked to end before there was a process. */
  killed: boolean;
  /** Sent before the pid was known; they wait for it. */
  readonly signals: ContainerSignal[];
  process: ProcessIdentity | undefined;
  killTimer: Timer | undefined;
  /** Settled once the copies for people are written, or cannot be. */
  debugFiles?: Promise<void>;
}

export class ContainersLauncher implements Service {
  readonly name = 'ContainersLauncher';
  private readonly launches = new Map<ContainerId, Launch>();
  private readonly log: Logger;

  constructor(private readonly deps: ContainersLauncherDeps) {
    this.log = deps.context.log.child({ service: this.name });
  }

  start(): void {
    // Works as soon as it is asked.
  }

  /** Leaves the processes to themselves: ending them is a decision of ContainerManager. */
  stop(): void {
    for (const { killTimer } of this.launches.values()) killTimer?.cancel();
  }

  handle(event: LauncherEvent): void {
    const { containerId } = event;
    switch (event.type) {
      case 'LAUNCH_CONTAINER':
        this.launch(containerId);
        return;
      case 'RELAUNCH_CONTAINER':
        this.deps.context.clock.after(event.delayMs, () => this.launch(containerId));
        return;
      case 'CLEANUP_CONTAINER':
        // Who asked for the end, and why, is stored first: a NodeManager that starts again would only find a process that was killed.
        this.deps.context.store.afterCommit(() => this.end(containerId));
        return;
      case 'SIGNAL_CONTAINER':
        this.signal(containerId, event.signal);
        return;
      case 'PAUSE_CONTAINER':
        this.signal(containerId, 'STOP');
        this.deps.context.dispatcher.dispatch({ domain: 'container', type: 'CONTAINER_PAUSED', containerId });
        return;
      case 'RESUME_CONTAINER':
        this.signal(containerId, 'CONT');
        this.deps.context.dispatcher.dispatch({ domain: 'container', type: 'CONTAINER_RESUMED', containerId });
        return;
      case 'LINK_RESOURCE':
        void this.link(containerId, event.links, event.path);
        return;
      default:
        assertNever(event, 'event of the launcher');
    }
  }

  private launch(containerId: ContainerId): void {
    const { context } = this.deps;
    const container = context.containers.get(containerId);
    if (!container) return;
    const launch: Launch = { container, killed: false, signals: [], process: undefined, killTimer: undefined };
    this.launches.set(containerId, launch);
    const recovered = container.takeRecoveredLaunch();
    if (recovered) {
      void this.follow(launch, recovered, this.deps.executor.reacquire(recovered.pidFile, container.process));
      return;
    }
    let place: ContainerPlace;
    try {
      place = this.choosePlace(container);
    } catch (error) {
      const exitStatus = error instanceof DisksFailedError ? ContainerExitStatus.DISKS_FAILED : -1;
      this.failed(launch, exitStatus, error);
      return;
    }
    container.place = place;
    context.store.apply({ put: 'launches', key: containerId, value: place });
    context.store.afterCommit(() => void this.run(launch, place));
  }

  private choosePlace({ id, user, applicationId }: Container): ContainerPlace {
    const localDir = this.deps.dirs.localDirForWrite();
    return {
      workDir: containerWorkDir(localDir, user, applicationId, id),
      logDir: containerLogDir(this.deps.dirs.logDirForWrite(), applicationId, id),
      pidFile: join(privateDir(localDir, applicationId, id), `${id}.pid`),
    };
  }

  private async run(launch: Launch, place: ContainerPlace): Promise<void> {
    const { container } = launch;
    let running: RunningContainer;
    try {
      const script = this.scriptOf(container, place);
      await this.deps.files.writeContainerFiles({
        place,
        script,
        tokens: container.launchContext.tokens,
        links: container.links(),
      });
      if (launch.killed) {
        this.killedBeforeLaunch(container.id);
        return;
      }
      running = this.deps.executor.launch({
        scriptPath: join(place.workDir, LAUNCH_SCRIPT),
        workDir: place.workDir,
        pidFile: place.pidFile,
      });
      launch.debugFiles = this.deps.files.writeDebugFiles(place, script).catch((error: unknown) => {
        this.log.debug('cannot write debug files', { containerId: container.id, error });
      });
    } catch (error) {
      this.failed(launch, -1, error);
      return;
    }
    await this.follow(launch, place, running);
  }

  /** From the process to its exit, whether it was started or taken back. */
  private async follow(launch: Launch, place: ContainerPlace, running: RunningContainer): Promise<void> {
    const { context } = this.deps;
    const containerId = launch.container.id;
    context.dispatcher.dispatch({ domain: 'container', type: 'CONTAINER_LAUNCHED', containerId });
    try {
      const process = await running.started;
      launch.process = process;
      launch.container.process = process;
      context.store.apply({ put: 'launches', key: containerId, value: { ...place, ...process } });
      for (const signal of launch.signals) this.deps.executor.signal(process, signal);
      if (launch.killed) this.terminate(launch, process);
    } catch (error) {
      if (error instanceof ContainerLaunchError) {
        this.failed(launch, error.exitStatus, error);
        return;
      }
      // There is a process, and something that was to be done to it failed: its exit is still to come.
      this.log.warn('cannot signal container', { containerId, error });
    }
    await this.ended(launch, place, await running.exited);
  }

  private async ended(launch: Launch, place: ContainerPlace, exitStatus: number): Promise<void> {
    const { context, stderrTailBytes: tailBytes, stderrPattern } = this.deps;
    const containerId = launch.container.id;
    launch.killTimer?.cancel();
    // Whoever hears of the end may read, or delete, what lies in the container's folders.
    await launch.debugFiles;
    const diagnostics =
      exitStatus === 0
        ? ''
        : await this.deps.files.exitDiagnostics(containerId, exitStatus, place.logDir, { tailBytes, stderrPattern });
    this.launches.delete(containerId);
    if (exitStatus === 0) {
      context.dispatcher.dispatch({ domain: 'container', type: 'CONTAINER_EXITED_WITH_SUCCESS', containerId });
      return;
    }
    const killed = isKilledOnRequest(exitStatus);
    context.dispatcher.dispatch({
      domain: 'container',
      type: killed ? 'CONTAINER_KILLED_ON_REQUEST' : 'CONTAINER_EXITED_WITH_FAILURE',
      containerId,
      exitStatus,
      diagnostics: killed && !launch.killed ? `${diagnostics}Killed by external signal` : diagnostics,
      atMs: context.clock.now(),
    });
  }

  private failed(launch: Launch, exitStatus: number, error: unknown): void {
    const { dispatcher, clock } = this.deps.context;
    const containerId = launch.container.id;
    this.launches.delete(containerId);
    this.log.warn('cannot launch container', { containerId, error });
    const diagnostics = `Container launch failed: ${messageOf(error)}`;
    dispatcher.dispatch({
      domain: 'container',
      type: 'CONTAINER_EXITED_WITH_FAILURE',
      containerId,
      exitStatus,
      diagnostics,
      atMs: clock.now(),
    });
  }

  private killedBeforeLaunch(containerId: ContainerId): void {
    this.launches.delete(containerId);
    this.deps.context.dispatcher.dispatch({
      domain: 'container',
      type: 'CONTAINER_KILLED_ON_REQUEST',
      containerId,
      exitStatus: 143,
      diagnostics: 'Container was killed before it was launched',
      atMs: this.deps.context.clock.now(),
    });
  }

  private end(containerId: ContainerId): void {
    const launch = this.launches.get(containerId);
    if (!launch) {
      // Its exit is on the way, or it waits to be launched again: either way nothing runs.
      this.killedBeforeLaunch(containerId);
      return;
    }
    const first = !launch.killed;
    launch.killed = true;
    if (first && launch.process) this.terminate(launch, launch.process);
  }

  /** TERM, and KILL where it still lives after the delay. */
  private terminate(launch: Launch, process: ProcessIdentity): void {
    const { executor, context, sleepDelayBeforeSigkillMs } = this.deps;
    executor.signal(process, 'TERM');
    // A stopped process takes TERM only once it goes on.
    executor.signal(process, 'CONT');
    launch.killTimer = context.clock.after(sleepDelayBeforeSigkillMs, () => void executor.signal(process, 'KILL'));
  }

  private signal(containerId: ContainerId, signal: ContainerSignal): void {
    const launch = this.launches.get(containerId);
    if (launch?.process) this.deps.executor.signal(launch.process, signal);
    else launch?.signals.push(signal);
  }

  private async link(containerId: ContainerId, links: readonly string[], path: string): Promise<void> {
    const place = this.deps.context.containers.get(containerId)?.place;
    if (!place) return;
    try {
      for (const link of links) await this.deps.files.link(place.workDir, link, path);
    } catch (error) {
      this.log.warn('cannot link a resource', { containerId, path, error });
    }
  }

  private scriptOf(container: Container, place: ContainerPlace): string {
    const { context, dirs, userHomeDir, whitelistedEnvironment, auxServices } = this.deps;
    return launchScript({
      logDir: place.logDir,
      whitelisted: whitelistedEnvironment,
      forced: forcedEnvironment({
        identity: context.identity(),
        containerId: container.id,
        applicationId: container.applicationId,
        user: container.user,
        home: userHomeDir,
        workDir: place.workDir,
        localDirs: dirs.goodLocalDirs,
        logDirs: dirs.goodLogDirs,
        localizationCounters: container.localizationCounters(),
        auxServices: auxServices.metadata(),
      }),
      user: container.launchContext.environment,
      links: container.links(),
      commands: container.launchContext.commands,
    });
  }
}
