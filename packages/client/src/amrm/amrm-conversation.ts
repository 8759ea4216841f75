/**
 * AMRMConversation: an AppMaster's one conversation with the ResourceManager: registers, keeps an `allocate` open, resyncs after an RM restart,
 * unregisters. Hadoop: AMRMClientAsyncImpl's heartbeat thread and the resync of AMRMClientImpl; mapreduce.v2.app.rm.RMCommunicator. What
 * is said and what becomes of the answers is its source's.
 *
 * No tick is waited for: `allocate` carries `waitMs`, so the RM holds it until it has something to tell. The contract (docs/architecture.md,
 * "No tick in the way"): a held call has told us nothing, the response id advances only with an answer. News of ours cancel the held call and go
 * out in a new one with the same response id, which is not held and not cancelled in its turn, so that no stream of news can keep the answers away. If
 * the answer had left just before, the newer call is a duplicate: the RM repeats that answer and ignores the asks. So whatever was said in a call
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
  type Logger,
  type RegisterApplicationMasterResponse,
} from '@bobbin/common';
import { AMShutdownError } from '../errors.js';
import type { AllocateNews } from './allocate-book.js';

/** The RM as this AM calls it: a stub with the AMRM token, whose `allocate` can be cancelled. It need not repeat calls: we do. */
export interface AMRMConnection extends Omit<ApplicationMasterProtocol, 'allocate'> {
  allocate(request: AllocateRequest, options?: { readonly signal?: AbortSignal }): Promise<AllocateResponse>;
}

/** Who decides what is said and what to make of the answers. Its methods are called one at a time. */
export interface AllocationSource {
  takeNews(): AllocateNews;
  /** What `takeNews` gave may not have arrived: give it again, with the figures of then. */
  untake(news: AllocateNews): void;
  hasUrgentNews(): boolean;
  /** The RM has forgotten this attempt's asks. */
  resync(): void;
  /** Also after a resync, and before it. */
  registered(response: RegisterApplicationMasterResponse): void;
  answered(response: AllocateResponse): void;
  /** The RM will never accept these news, of which it took nothing; they were untaken. The conversation goes on. */
  refused(error: YarnError, news: AllocateNews): void;
  /** The RM knows this attempt no more, or has not been heard for too long: nothing further is said. */
  lost(error: AMShutdownError): void;
  /** 0..1. */
  progress(): number;
}

/** Where clients find this AM. */
export interface Registration {
  readonly host: string;
  /** -1: none. */
  readonly rpcPort: number;
  /** Empty: none. */
  readonly trackingUrl: string;
}

export interface Unregistration {
  readonly finalApplicationStatus: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly trackingUrl: string;
}

export interface AMRMConversationSettings {
  /** Longest hold, and the pace where the RM does not hold. */
  readonly heartbeatIntervalMs: number;
  /** An RM that is not heard for so long is given up. */
  readonly connectionWaitMs: number;
}

export interface AMRMConversationDeps {
  readonly rm: AMRMConnection;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly source: AllocationSource;
  /** Called after each answer of the RM, for whoever waits for the commit window. */
  readonly onHeard?: () => void;
}

/** A container has a quarter of a second between SIGTERM and SIGKILL. */
const OVER_TRIES = 4;
const OVER_PAUSE_MS = 25;
/** Pauses after a failure: this, then twice as long each time, up to the heartbeat interval. */
const FIRST_PAUSE_MS = 10;

// Told by code: an error that came over the wire keeps its code, not its class.
const hasCode = (error: unknown, ...codes: readonly string[]): error is YarnError =>
  error instanceof YarnError && codes.includes(error.code);
const isNotRegistered = (e: unknown): boolean => hasCode(e, 'APPLICATION_MASTER_NOT_REGISTERED');
const isAttemptUnknown = (e: unknown): boolean => hasCode(e, 'APPLICATION_ATTEMPT_NOT_FOUND');
/** Nothing that we could say would mend it: two AMs of one attempt, say. */
const isOutOfStep = (e: unknown): boolean => hasCode(e, 'INVALID_APPLICATION_MASTER_REQUEST', 'ACCESS_DENIED');
const isRefusal = (e: unknown): e is YarnError =>
  hasCode(
    e,
    'INVALID_RESOURCE_REQUEST',
    'INVALID_CONTAINER_RELEASE',
    'INVALID_RESOURCE_BLACKLIST_REQUEST',
    'BAD_REQUEST',
  );

/** What to do after a call: the next one at once, one when the interval is over or news come, or only after a pause. */
type Next = 'AT_ONCE' | 'REST' | 'BACK_OFF';

export class AMRMConversation {
  private registration: Registration = { host: '', rpcPort: -1, trackingUrl: '' };
  private responseId = 0;
  /** A call with the present response id was abandoned or failed: the RM may have taken it all the same. */
  private doubtful = false;
  /** An RM that had forgotten this attempt was told of it anew, and it is not known whether it heard. */
  private reregistering = false;
  /** The last call was given up for the sake of news: the next must be heard to its end. */
  private interrupted = false;
  /** Told by the next call that is answered. */
  private newTrackingUrl: string | undefined;
  private running = false;
  private heardAtMs = 0;
  private failures = 0;
  private interrupt: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  private heartbeatCallbacks = new Set<() => void>();
  private endCallbacks = new Set<() => void>();

  constructor(
    private readonly deps: AMRMConversationDeps,
    private readonly settings: AMRMConversationSettings,
  ) {}

  /**
   * Registers and begins the conversation. Repeats where nothing answers, for `connectionWaitMs`; rejects with what the RM says otherwise. Never call
   * it twice.
   */
  async start(registration: Registration): Promise<RegisterApplicationMasterResponse> {
    this.registration = registration;
    const response = await this.insist('registering', () => this.register());
    this.running = true;
    this.loop = this.converse();
    return response;
  }

  /** The source may have urgent news: they go out at once, even while a call is held. */
  poke(): void {
    if (this.deps.source.hasUrgentNews()) this.interrupt?.();
  }

  /** From now on clients are sent there; the RM learns it with the next heartbeat. */
  updateTrackingUrl(trackingUrl: string): void {
    this.registration = { ...this.registration, trackingUrl };
    this.newTrackingUrl = trackingUrl;
  }

  /** Ends the conversation without unregistering; the held call is given up. Safe to call twice. */
  async stop(): Promise<void> {
    this.end();
    this.interrupt?.();
    await this.loop;
  }

  /**
   * Stops, then tells the RM that the application is over, until it has stored that. False if it could not be told: an RM that has heard it answers
   * so for as long as it knows the application, and one that does not know the attempt has given it up. A second call does no harm.
   */
  async unregister(how: Unregistration): Promise<boolean> {
    await this.stop();
    const { log, rm, clock } = this.deps;
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = this.longer(pauseMs)) {
        const isUnregistered = await this.insist('unregistering', async () => {
          try {
            return (await rm.finishApplicationMaster(how)).isUnregistered;
          } catch (error) {
            if (isNotRegistered(error)) {
              await this.register();
              return false;
            }
            throw error;
          }
        });
        if (isUnregistered) return true;
        await delay(clock, pauseMs);
      }
    } catch (error) {
      log.error(`could not unregister from the ResourceManager: ${messageOf(error)}`);
      return false;
    }
  }

  /**
   * Resolves with true once the RM has been heard less than `windowMs` ago, which makes this attempt the only one; with false when the
   * conversation is over: there may be another.
   */
  async isInCharge(windowMs: number): Promise<boolean> {
    while (this.running && this.deps.clock.monotonic() - this.heardAtMs > windowMs) {
      await new Promise<void>((resolve) => {
        this.endCallbacks.add(resolve);
        this.heartbeatCallbacks.add(resolve);
      });
    }
    return this.running;
  }

  /**
   * Whether the application has ended for good, so that no attempt comes after this one. Ends the conversation. Only an attempt that the RM does not
   * know any more asks: from any other, the question would be the application's end.
   */
  async isApplicationOver(): Promise<boolean> {
    await this.stop();
    const { clock, rm } = this.deps;
    const nothing = { ask: [], release: [], blacklistAdditions: [], blacklistRemovals: [], progress: 0 };
    const known = await rm.allocate({ ...nothing, responseId: this.responseId }).then(
      () => true,
      (error: unknown) => !isAttemptUnknown(error),
    );
    const how = { finalApplicationStatus: 'KILLED', diagnostics: '', trackingUrl: '' } as const;
    for (let tries = 0; !known && tries < OVER_TRIES; tries++) {
      const over = await rm.finishApplicationMaster(how).then(
        ({ isUnregistered }) => isUnregistered,
        () => false,
      );
      if (over) return true;
      // The RM may still be storing its end.
      await delay(clock, OVER_PAUSE_MS);
    }
    return false;
  }

  /** Monotonic milliseconds of the call that was answered last: the RM knew this attempt then. */
  lastHeardAtMs(): number {
    return this.heardAtMs;
  }

  /** Calls back once, after the next answer. Returns how to take that back. */
  onNextHeartbeat(callback: () => void): () => void {
    this.heartbeatCallbacks.add(callback);
    return () => void this.heartbeatCallbacks.delete(callback);
  }

  private async register(): Promise<RegisterApplicationMasterResponse> {
    const sentAtMs = this.deps.clock.monotonic();
    const response = await this.deps.rm.registerApplicationMaster(this.registration);
    this.begin();
    this.newTrackingUrl = undefined;
    this.heardAtMs = sentAtMs;
    this.deps.source.registered(response);
    return response;
  }

  /** The first call after a registration. */
  private begin(): void {
    this.responseId = 0;
    this.doubtful = false;
    this.interrupted = false;
    this.reregistering = false;
  }

  /** Repeats what fails for now, with growing pauses, for `connectionWaitMs`; rejects with the last error. */
  private async insist<R>(what: string, attempt: () => Promise<R>): Promise<R> {
    const { clock, log } = this.deps;
    const giveUpAtMs = clock.monotonic() + this.settings.connectionWaitMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = this.longer(pauseMs)) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof YarnError) || !error.retriable || clock.monotonic() >= giveUpAtMs) throw error;
        log.warn(`${what} failed, will be tried again: ${messageOf(error)}`);
      }
      await delay(clock, pauseMs);
    }
  }

  private longer(pauseMs: number): number {
    return Math.min(pauseMs * 2, this.settings.heartbeatIntervalMs);
  }

  private async converse(): Promise<void> {
    while (this.running) {
      const { clock } = this.deps;
      const startedAtMs = clock.monotonic();
      const next = await this.exchange();
      this.failures = next === 'BACK_OFF' ? this.failures + 1 : 0;
      const { heartbeatIntervalMs } = this.settings;
      if (next === 'REST') await this.rest(startedAtMs + heartbeatIntervalMs, true);
      if (next === 'BACK_OFF') {
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), heartbeatIntervalMs);
        await this.rest(clock.monotonic() + pauseMs, false);
      }
    }
  }

  /** One call and what follows from it. */
  private async exchange(): Promise<Next> {
    const { source, clock } = this.deps;
    const news = source.takeNews();
    const trackingUrl = this.newTrackingUrl;
    // An answer may have waited for a process that was stopped: it is only known to be younger than its question.
    const sentAtMs = clock.monotonic();
    let answer: AllocateResponse | undefined;
    try {
      answer = await this.call(news, trackingUrl);
    } catch (error) {
      this.doubtful = true;
      source.untake(news);
      return this.running ? this.failed(error, news) : 'BACK_OFF';
    }
    this.interrupted = answer === undefined;
    if (!answer) {
      this.doubtful = true;
      source.untake(news);
      return 'AT_ONCE';
    }
    this.responseId = answer.responseId;
    this.heardAtMs = sentAtMs;
    const repeat = this.doubtful;
    this.doubtful = false;
    if (repeat) source.untake(news);
    else if (this.newTrackingUrl === trackingUrl) this.newTrackingUrl = undefined;
    source.answered(answer);
    const callbacks = this.heartbeatCallbacks;
    this.heartbeatCallbacks = new Set();
    for (const callback of callbacks) callback();
    this.deps.onHeard?.();
    return repeat || tellsSomething(answer) ? 'AT_ONCE' : 'REST';
  }

  /** The answer; undefined if the call was given up because something more urgent is to be said, or to stop. */
  private call(news: AllocateNews, trackingUrl: string | undefined): Promise<AllocateResponse | undefined> {
    const abort = new AbortController();
    const mayBeInterrupted = !this.interrupted;
    const answer = this.deps.rm.allocate(
      {
        ...news,
        responseId: this.responseId,
        progress: this.deps.source.progress(),
        ...(trackingUrl !== undefined && { trackingUrl }),
        ...(mayBeInterrupted && { waitMs: this.settings.heartbeatIntervalMs }),
      },
      { signal: abort.signal },
    );
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.interrupt = undefined;
        act();
      };
      this.interrupt = () => {
        if (this.running && !mayBeInterrupted) return;
        settle(() => {
          abort.abort();
          resolve(undefined);
        });
      };
      answer.then(
        (response) => (abort.signal.aborted ? undefined : settle(() => resolve(response))),
        (error: Error) => (abort.signal.aborted ? undefined : settle(() => reject(error))),
      );
    });
  }

  private async failed(error: unknown, news: AllocateNews): Promise<Next> {
    const { source, clock, log } = this.deps;
    if (isAttemptUnknown(error)) {
      this.lose(`the ResourceManager does not know this attempt any more: ${messageOf(error)}`, error);
      return 'BACK_OFF';
    }
    if (isOutOfStep(error) && !this.reregistering) {
      this.lose(`the ResourceManager refuses this AppMaster: ${messageOf(error)}`, error);
      return 'BACK_OFF';
    }
    if (isRefusal(error)) {
      source.refused(error, news);
      return 'BACK_OFF';
    }
    if (isNotRegistered(error) || isOutOfStep(error)) {
      log.warn('the ResourceManager has forgotten this attempt: registering again and asking anew');
      this.reregistering = true;
      try {
        await this.register();
        source.resync();
        return 'AT_ONCE';
      } catch (again) {
        if (isOutOfStep(again)) {
          // An earlier try was heard after all.
          this.begin();
          source.resync();
          return 'AT_ONCE';
        }
        log.warn(`registering again failed: ${messageOf(again)}`);
        if (isAttemptUnknown(again)) this.lose(messageOf(again), again);
      }
    } else {
      log.warn(`allocate failed, will be tried again: ${messageOf(error)}`);
    }
    const silentMs = clock.monotonic() - this.heardAtMs;
    if (this.running && silentMs >= this.settings.connectionWaitMs) {
      this.lose(`could not reach the ResourceManager for ${Math.round(silentMs)} ms: ${messageOf(error)}`, error);
    }
    return 'BACK_OFF';
  }

  private end(): void {
    this.running = false;
    const callbacks = this.endCallbacks;
    this.endCallbacks = new Set();
    for (const callback of callbacks) callback();
  }

  private lose(reason: string, cause: unknown): void {
    this.end();
    this.deps.source.lost(new AMShutdownError(reason, cause));
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
  const { updatedContainers = [], updateErrors = [], containersFromPreviousAttempts = [] } = answer;
  return [
    answer.allocatedContainers,
    answer.completedContainersStatuses,
    answer.updatedNodes,
    answer.preemptedContainers,
    updatedContainers,
    updateErrors,
    containersFromPreviousAttempts,
  ].some((list) => list.length > 0);
}
