/**
 * ScriptedNMs: NodeManagers that start nothing and remember what they were asked; for tests of an AppMaster. By default each start is accepted.
 */
import {
  ContainerNotFoundError,
  type ContainerId,
  type ContainerLaunchContext,
  type ContainerStatus,
  type FailedRequest,
  type NodeId,
  type SignalContainerCommand,
  type YarnError,
} from '@bobbin/common';
import { decodeScriptedToken } from './scripted-tokens.js';
import type { NMConnection } from '../nm/nm-client.js';

/** What a node was asked to run. */
export interface ScriptedStart {
  readonly nodeId: NodeId;
  readonly containerId: ContainerId;
  readonly launchContext: ContainerLaunchContext;
}

export class ScriptedNMs {
  /** All starts that were accepted, in order. */
  readonly started: ScriptedStart[] = [];
  readonly stopped: ContainerId[] = [];
  readonly signals: { readonly containerId: ContainerId; readonly command: SignalContainerCommand }[] = [];
  /** Called with each accepted start, after it. */
  onStart: (start: ScriptedStart) => void = () => undefined;
  /** Called with each stop, after it. */
  onStop: (containerId: ContainerId) => void = () => undefined;
  private readonly refusals: { readonly containerId: ContainerId | '*'; readonly error: YarnError }[] = [];
  private readonly faults: Error[] = [];

  /** The next start of this container, or of any, is refused; said several times, so are the ones after it. */
  refuseStart(error: YarnError, containerId: ContainerId | '*' = '*'): void {
    this.refusals.push({ containerId, error });
  }

  /** The next call to any node fails as a whole, before it is looked at. */
  failNextCall(error: Error): void {
    this.faults.push(error);
  }

  /** For NMClient. */
  connect(nodeId: NodeId): NMConnection {
    return {
      startContainers: async ({ requests }) => {
        this.throwFault();
        const succeeded: ContainerId[] = [];
        const failed: FailedRequest[] = [];
        for (const { containerToken, containerLaunchContext: launchContext } of requests) {
          const containerId = decodeScriptedToken(containerToken);
          const refusal = this.takeRefusal(containerId);
          if (refusal) {
            failed.push({ containerId, exception: { message: refusal.message, className: refusal.hadoopClass } });
            continue;
          }
          succeeded.push(containerId);
          const start = { nodeId, containerId, launchContext };
          this.started.push(start);
          this.onStart(start);
        }
        return { servicesMetaData: {}, succeeded, failed };
      },
      stopContainers: async ({ containerIds }) => {
        this.throwFault();
        for (const id of containerIds) {
          this.stopped.push(id);
          this.onStop(id);
        }
        return { succeeded: containerIds, failed: [] };
      },
      getContainerStatuses: async ({ containerIds }) => {
        this.throwFault();
        const known = containerIds.filter((id) => this.started.some(({ containerId }) => containerId === id));
        return { statuses: known.map((containerId) => this.statusOf(containerId)), failed: [] };
      },
      signalToContainer: async ({ containerId, command }) => {
        this.throwFault();
        if (!this.started.some((start) => start.containerId === containerId))
          throw new ContainerNotFoundError(containerId);
        this.signals.push({ containerId, command });
        return {};
      },
      close: () => undefined,
    };
  }

  private statusOf(containerId: ContainerId): ContainerStatus {
    const over = this.stopped.includes(containerId);
    return { containerId, state: over ? 'COMPLETE' : 'RUNNING', diagnostics: '', exitStatus: over ? -105 : -1000 };
  }

  private takeRefusal(containerId: ContainerId): YarnError | undefined {
    const at = this.refusals.findIndex((planned) => planned.containerId === containerId || planned.containerId === '*');
    return at < 0 ? undefined : this.refusals.splice(at, 1)[0]?.error;
  }

  private throwFault(): void {
    const fault = this.faults.shift();
    if (fault) throw fault;
  }
}
