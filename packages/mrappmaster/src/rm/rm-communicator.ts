/**
 * RMCommunicator: the AM's one conversation with the ResourceManager. Hadoop: mapreduce.v2.app.rm.RMCommunicator, and the
 * heartbeat part of RMContainerRequestor. Registers, keeps an `allocate` open, resyncs after an RM restart, unregisters.
 *
 * No tick is waited for: `allocate` carries `waitMs`, so the RM holds it until it has something to tell. The contract
 * (docs/architecture.md, "No tick in the way"): a held call has told us nothing, the response id advances only with an
 * answer. News of ours cancel the held call and go out in a new one with the same response id. If the answer had left just
 * before, the newer call is a duplicate: the RM repeats that answer and ignores the asks. So whatever was said in a call
 * that followed an abandoned or failed one is said once more with the next id; asks are absolute and releases idempotent.
 * An RM that knows no `waitMs` answers at once: an empty answer before its time makes us rest for a heartbeat interval.
 */
import {
  delay,
  messageOf,
  YarnError,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationMasterProtocol,
  type Clock,
  type FinalApplicationStatus,
  type RegisterApplicationMasterResponse,
} from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import type { RequestorNews } from './container-requestor.js';

/** The RM as this AM calls it: a stub with the AMRM token, whose `allocate` can be cancelled. */
export interface AMRMConnection extends Omit<ApplicationMasterProtocol, 'allocate'> {
  allocate(request: AllocateRequest, options?: { readonly signal?: AbortSignal }): Promise<AllocateResponse>;
}

/** Who decides what is said and what to make of the answers. Its methods are called one at a time. */
export interface AllocationSource {
  takeNews(): RequestorNews;
  /** What `takeNews` gave may not have arrived: give it again, with the figures of then. */
  untake(news: RequestorNews): void;
  hasUrgentNews(): boolean;
  /** The RM has forgotten this attempt's asks. */
  resync(): void;
  /** Also after a resync. */
  registered(response: RegisterApplicationMasterResponse): void;
  answered(response: AllocateResponse): void;
  /** The RM will never accept these asks. The conversation goes on without them. */
  refused(error: YarnError): void;
  /** The RM knows this attempt no more, or has not been heard for too long: nothing further is said. */
  lost(reason: string): void;
  /** 0..1. */
  progress(): number;
}

export interface RMCommunicatorSettings {
  /** Where clients find this AM. */
  readonly host: string;
  readonly rpcPort: number;
  readonly trackingUrl: string;
  /** `yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms`: longest hold, and the pace where the RM does not hold. */
  readonly heartbeatIntervalMs: number;
  /** `yarn.app.mapreduce.am.scheduler.connection.wait.interval-ms`. */
  readonly connectionWaitMs: number;
}

export interface RMCommunicatorDeps {
  readonly rm: AMRMConnection;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly source: AllocationSource;
  /** Called after each answer of the RM, for whoever waits for the commit window. */
  readonly onHeard?: () => void;
}

/** When the RM was last heard; a commit is allowed only shortly after. Hadoop: RMHeartbeatHandler. */
export interface RMHeartbeatHandler {
  /** Monotonic milliseconds of the last answer. */
  lastHeardAtMs(): number;
  /** Calls back once, after the next answer. Returns how to take that back. */
  onNextHeartbeat(callback: () => void): () => void;
}

export interface Unregistration {
  readonly finalApplicationStatus: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly trackingUrl: string;
}

const FIRST_UNREGISTER_PAUSE_MS = 10;

// Told by code: an error that came over the wire keeps its code, not its class.
const hasCode = (error: unknown, ...codes: readonly string[]): error is YarnError =>
  error instanceof YarnError && codes.includes(error.code);
const isNotRegistered = (e: unknown): boolean => hasCode(e, 'APPLICATION_MASTER_NOT_REGISTERED');
const isAttemptUnknown = (e: unknown): boolean => hasCode(e, 'APPLICATION_ATTEMPT_NOT_FOUND');
const isRefusal = (e: unknown): e is YarnError =>
  hasCode(e, 'INVALID_RESOURCE_REQUEST', 'INVALID_CONTAINER_RELEASE', 'INVALID_RESOURCE_BLACKLIST_REQUEST');
/** What to do after a call: the next one at once, one when the interval is over or news come, or only when it is over. */
type Next = 'AT_ONCE' | 'REST' | 'BACK_OFF';

export class RMCommunicator implements RMHeartbeatHandler {
  private responseId = 0;
  /** A call with the present response id was abandoned or failed: the RM may have taken it all the same. */
  private doubtful = false;
  private running = false;
  private heardAtMs = 0;
  private interrupt: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  private heartbeatCallbacks = new Set<() => void>();

  constructor(
    private readonly deps: RMCommunicatorDeps,
    private readonly settings: RMCommunicatorSettings,
  ) {}

  /** Registers and begins the conversation. Fails if the RM refuses, or cannot be reached for `connectionWaitMs`. */
  async start(): Promise<void> {
    const { clock, log } = this.deps;
    const giveUpAtMs = clock.monotonic() + this.settings.connectionWaitMs;
    for (;;) {
      try {
        await this.register();
        break;
      } catch (error) {
        if (!(error instanceof YarnError) || !error.retriable || clock.monotonic() >= giveUpAtMs) throw error;
        log.warn(`registering failed, will be tried again: ${messageOf(error)}`);
      }
      await delay(clock, this.settings.heartbeatIntervalMs);
    }
    this.running = true;
    this.loop = this.converse();
  }

  /** The source may have urgent news: they go out at once, even while a call is held. */
  poke(): void {
    if (this.deps.source.hasUrgentNews()) this.interrupt?.();
  }

  /** Ends the conversation without unregistering; the held call is given up. Safe to call twice. */
  async stop(): Promise<void> {
    this.running = false;
    this.interrupt?.();
    await this.loop;
  }

  /** Stops, then tells the RM that the application is over. False if it could not be told; second calls are harmless. */
  async unregister(how: Unregistration): Promise<boolean> {
    await this.stop();
    const { clock, log, rm } = this.deps;
    const giveUpAtMs = clock.monotonic() + this.settings.connectionWaitMs;
    for (
      let pauseMs = FIRST_UNREGISTER_PAUSE_MS;
      ;
      pauseMs = Math.min(pauseMs * 2, this.settings.heartbeatIntervalMs)
    ) {
      try {
        const { isUnregistered } = await rm.finishApplicationMaster(how);
        if (isUnregistered) return true;
      } catch (error) {
        if (isNotRegistered(error)) {
          await this.register().catch((e: unknown) => log.warn(`cannot register again to unregister: ${messageOf(e)}`));
        } else if (isAttemptUnknown(error) || clock.monotonic() >= giveUpAtMs) {
          log.error(`could not unregister from the ResourceManager: ${messageOf(error)}`);
          return false;
        } else {
          log.warn(`unregistering failed, will be tried again: ${messageOf(error)}`);
        }
      }
      await delay(clock, pauseMs);
    }
  }

  lastHeardAtMs(): number {
    return this.heardAtMs;
  }

  onNextHeartbeat(callback: () => void): () => void {
    this.heartbeatCallbacks.add(callback);
    return () => void this.heartbeatCallbacks.delete(callback);
  }

  private async register(): Promise<void> {
    const { host, rpcPort, trackingUrl } = this.settings;
    const response = await this.deps.rm.registerApplicationMaster({ host, rpcPort, trackingUrl });
    this.responseId = 0;
    this.doubtful = false;
    this.heardAtMs = this.deps.clock.monotonic();
    this.deps.source.registered(response);
  }

  private async converse(): Promise<void> {
    while (this.running) {
      const startedAtMs = this.deps.clock.monotonic();
      const next = await this.exchange();
      if (next !== 'AT_ONCE') await this.rest(startedAtMs + this.settings.heartbeatIntervalMs, next === 'REST');
    }
  }

  /** One call and what follows from it. */
  private async exchange(): Promise<Next> {
    const { source, clock } = this.deps;
    const news = source.takeNews();
    let answer: AllocateResponse | undefined;
    try {
      answer = await this.call(news);
    } catch (error) {
      this.doubtful = true;
      source.untake(news);
      return this.running ? this.failed(error) : 'BACK_OFF';
    }
    if (!answer) {
      this.doubtful = true;
      source.untake(news);
      return 'AT_ONCE';
    }
    this.responseId = answer.responseId;
    this.heardAtMs = clock.monotonic();
    const repeat = this.doubtful;
    this.doubtful = false;
    if (repeat) source.untake(news);
    source.answered(answer);
    const callbacks = this.heartbeatCallbacks;
    this.heartbeatCallbacks = new Set();
    for (const callback of callbacks) callback();
    this.deps.onHeard?.();
    return repeat || tellsSomething(answer) ? 'AT_ONCE' : 'REST';
  }

  /** The answer; undefined if the call was given up because something more urgent is to be said, or to stop. */
  private call(news: RequestorNews): Promise<AllocateResponse | undefined> {
    const abort = new AbortController();
    const { heartbeatIntervalMs, trackingUrl } = this.settings;
    const answer = this.deps.rm.allocate(
      {
        ...news,
        responseId: this.responseId,
        progress: this.deps.source.progress(),
        trackingUrl,
        waitMs: heartbeatIntervalMs,
      },
      { signal: abort.signal },
    );
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.interrupt = undefined;
        act();
      };
      this.interrupt = () =>
        settle(() => {
          abort.abort();
          resolve(undefined);
        });
      answer.then(
        (response) => (abort.signal.aborted ? undefined : settle(() => resolve(response))),
        (error: Error) => (abort.signal.aborted ? undefined : settle(() => reject(error))),
      );
    });
  }

  private async failed(error: unknown): Promise<Next> {
    const { source, clock, log } = this.deps;
    if (isAttemptUnknown(error)) {
      this.lose(`the ResourceManager does not know this attempt any more: ${messageOf(error)}`);
      return 'BACK_OFF';
    }
    if (isRefusal(error)) {
      source.refused(error);
      return 'BACK_OFF';
    }
    if (isNotRegistered(error)) {
      log.warn('the ResourceManager has forgotten this attempt: registering again and asking anew');
      try {
        await this.register();
        source.resync();
        return 'AT_ONCE';
      } catch (again) {
        log.warn(`registering again failed: ${messageOf(again)}`);
        if (isAttemptUnknown(again)) this.lose(messageOf(again));
      }
    } else {
      log.warn(`allocate failed, will be tried again: ${messageOf(error)}`);
    }
    const silentMs = clock.monotonic() - this.heardAtMs;
    if (this.running && silentMs >= this.settings.connectionWaitMs) {
      this.lose(`could not reach the ResourceManager for ${silentMs} ms: ${messageOf(error)}`);
    }
    return 'BACK_OFF';
  }

  private lose(reason: string): void {
    this.running = false;
    this.deps.source.lost(reason);
  }

  /** Until then, or until stopped, or, if `newsWake`, until poked. */
  private rest(untilMs: number, newsWake: boolean): Promise<void> {
    const { clock, source } = this.deps;
    const delayMs = untilMs - clock.monotonic();
    if (!this.running || delayMs <= 0 || (newsWake && source.hasUrgentNews())) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.interrupt = undefined;
        timer.cancel();
        resolve();
      };
      const timer = clock.after(delayMs, end);
      this.interrupt = () => {
        if (newsWake || !this.running) end();
      };
    });
  }
}

function tellsSomething(answer: AllocateResponse): boolean {
  return (
    answer.allocatedContainers.length +
      answer.completedContainersStatuses.length +
      answer.updatedNodes.length +
      answer.preemptedContainers.length >
    0
  );
}
