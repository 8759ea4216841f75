/**
 * AMLauncher: starts an attempt's AM on the node its container was given on, and stops it there at the end. Hadoop:
 * resourcemanager/amlauncher/{AMLauncher,ApplicationMasterLauncher}.java. Speaks as the attempt, by an NM token. What belongs to one attempt
 * is done in order, so that a stop never overtakes a start. Emits LAUNCHED or LAUNCH_FAILED.
 */
import {
  decodeCredentials,
  encodeCredentials,
  messageOf,
  NO_CREDENTIALS,
  type ApplicationAttemptId,
  type Clock,
  type Container,
  type ContainerLaunchContext,
  type ContainerManagementProtocol,
  type EventSink,
  type Logger,
  type NodeId,
  type Token,
} from '@bobbin/common';
import type { RMEvent } from '../events.js';
import type { RMAppAttempt } from '../rmapp/attempt/rm-app-attempt.js';
import type { RMRegistry } from '../rm-registry.js';
import type { RMSecurity } from '../security/rm-security.js';
import { startPatiently } from './start-patiently.js';

/** One node's container manager, called as one attempt. */
export type ContainerManager = Pick<ContainerManagementProtocol, 'startContainers' | 'stopContainers'> & {
  close(): void;
};

export interface AMLauncherDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dispatcher: EventSink<RMEvent>;
  readonly registry: RMRegistry;
  readonly security: RMSecurity;
  readonly connect: (nodeId: NodeId, token: Token) => ContainerManager;
  /** `host:port` by which AMs reach this ResourceManager; known once it listens. */
  readonly rmAddress: () => string;
}

export class AMLauncher {
  private readonly inFlight = new Map<ApplicationAttemptId, Promise<void>>();

  constructor(private readonly deps: AMLauncherDeps) {}

  handle(event: Extract<RMEvent, { domain: 'amlauncher' }>): void {
    const { attemptId, type } = event;
    const attempt = this.deps.registry.attempt(attemptId);
    const container = attempt?.masterContainer;
    if (!attempt || !container) throw new Error(`${type} of ${attemptId}, which has no container`);
    // What the launch says is written down now: the application may have dropped it when its turn comes.
    const step = type === 'LAUNCH' ? this.launchStep(attempt, container) : () => this.stop(attempt, container);
    const before = this.inFlight.get(attemptId) ?? Promise.resolve();
    const done = before.then(step).finally(() => {
      if (this.inFlight.get(attemptId) === done) this.inFlight.delete(attemptId);
    });
    this.inFlight.set(attemptId, done);
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight.values());
  }

  private launchStep(attempt: RMAppAttempt, container: Container): () => Promise<void> {
    const { security, dispatcher } = this.deps;
    const { attemptId, app } = attempt;
    const containerToken = security.containerToken(container, app.user, true);
    return async () => {
      try {
        const containerLaunchContext = this.launchContext(attempt);
        const requests = [{ containerLaunchContext, containerToken }];
        const { failed } = await startPatiently(this.deps.clock, () =>
          this.call(attempt, container, (node) => node.startContainers({ requests })),
        );
        if (failed[0]) throw new Error(failed[0].exception.message);
        this.deps.log.info(`Done launching container ${container.id} for AM ${attemptId}`);
        dispatcher.dispatch({ domain: 'rmattempt', type: 'LAUNCHED', attemptId });
      } catch (error) {
        this.deps.log.warn(`Error launching ${attemptId}`, {
          containerId: container.id,
          nodeId: container.nodeId,
          error,
        });
        // One that has registered was started, whatever became of the node's answer; it may have finished by now.
        if (attempt.state !== 'ALLOCATED')
          return dispatcher.dispatch({ domain: 'rmattempt', type: 'LAUNCHED', attemptId });
        dispatcher.dispatch({ domain: 'rmattempt', type: 'LAUNCH_FAILED', attemptId, diagnostics: messageOf(error) });
      }
    };
  }

  /** A node that does not answer needs no stopping: what it runs is given up with it. */
  private async stop(attempt: RMAppAttempt, container: Container): Promise<void> {
    if (!this.deps.registry.nodes.has(container.nodeId)) return;
    try {
      await this.call(attempt, container, async (node) => {
        await node.stopContainers({ containerIds: [container.id] });
      });
    } catch (error) {
      this.deps.log.warn(`Error cleaning up the AM's container ${container.id}`, { nodeId: container.nodeId, error });
    }
  }

  private async call<T>(
    { attemptId, app }: RMAppAttempt,
    { nodeId }: Container,
    use: (node: ContainerManager) => Promise<T>,
  ): Promise<T> {
    const node = this.deps.connect(nodeId, this.deps.security.nmToken(attemptId, nodeId, app.user).token);
    try {
      return await use(node);
    } finally {
      node.close();
    }
  }

  /** What was submitted, with the token and the variables an AM needs to find its ResourceManager. */
  private launchContext({ attemptId, app }: RMAppAttempt): ContainerLaunchContext {
    const spec = app.context.amContainerSpec;
    const given = spec.tokens && spec.tokens.length > 0 ? decodeCredentials(spec.tokens) : NO_CREDENTIALS;
    const amRmToken = this.deps.security.amRm.createToken(attemptId);
    const tokens = encodeCredentials({ ...given, tokens: new Map([...given.tokens, ['', amRmToken]]) });
    return {
      ...spec,
      tokens,
      environment: {
        ...spec.environment,
        APPLICATION_WEB_PROXY_BASE: `/proxy/${app.applicationId}`,
        APP_SUBMIT_TIME_ENV: String(app.submitTimeMs),
        BOBBIN_RM_ADDRESS: this.deps.rmAddress(),
      },
    };
  }
}
