/** scriptedAppMaster: the clients of an AppMaster over a ScriptedRM and ScriptedNMs: everything as in production but what is called. */
import { foregroundClock, silentLogger, type Clock, type Logger } from '@bobbin/common';
import { AMRMClient } from '../amrm/amrm-client.js';
import type { ContainerRequest } from '../amrm/container-request.js';
import { NMClient } from '../nm/nm-client.js';
import { NMTokenCache } from '../nm/nm-token-cache.js';
import { ScriptedNMs } from './scripted-nm.js';
import { ScriptedRM, type ScriptedRMOptions } from './scripted-rm.js';

export interface ScriptedAppMaster<T extends ContainerRequest> {
  readonly rm: ScriptedRM;
  readonly nodes: ScriptedNMs;
  readonly amrm: AMRMClient<T>;
  readonly nm: NMClient;
  readonly nmTokens: NMTokenCache;
  /** Names of the AMRM tokens that came, oldest first. */
  readonly amRmTokens: string[];
}

/** A new one; nothing is registered yet. */
export function scriptedAppMaster<T extends ContainerRequest = ContainerRequest>(
  options: Partial<ScriptedRMOptions> & {
    /** Decides when heartbeats fall due; a ControlledClock makes the whole run repeatable. @default the machine's */
    readonly clock?: Clock;
    readonly log?: Logger;
    /** @default 1000 */
    readonly heartbeatIntervalMs?: number;
    /** @default 60000 */
    readonly connectionWaitMs?: number;
  } = {},
): ScriptedAppMaster<T> {
  const {
    clock = foregroundClock,
    log = silentLogger,
    heartbeatIntervalMs = 1000,
    connectionWaitMs = 60_000,
  } = options;
  const rm = new ScriptedRM({ ...options, clock });
  const nodes = new ScriptedNMs();
  const nmTokens = new NMTokenCache();
  const amRmTokens: string[] = [];
  const amrm = new AMRMClient<T>(
    {
      rm: rm.connection(),
      applicationAttemptId: rm.attemptId,
      clock,
      log,
      nmTokens,
      onAMRMToken: ({ identifier }) => void amRmTokens.push(Buffer.from(identifier).toString()),
    },
    { heartbeatIntervalMs, connectionWaitMs },
  );
  const nm = new NMClient({ clock, connect: (nodeId) => nodes.connect(nodeId) });
  return { rm, nodes, amrm, nm, nmTokens, amRmTokens };
}
