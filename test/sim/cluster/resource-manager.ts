/** The ResourceManager's process: RMCore over a simulated transport and disk, put together as ResourceManager does it (resource-manager.ts). */
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  authenticateApplicationMaster,
  authenticateClient,
  authenticateNode,
  Configuration,
  containerManagementProtocol,
  createStub,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  SharedSecret,
  StoreError,
  type Token,
} from '@bobbin/common';
import { RMCore, rmConf, SqliteRMStateStore } from '@bobbin/resourcemanager';
import type { Program, SimProcess } from '../machine.js';
import { SimRMStateStore } from './stored.js';

export const RM_HOST = 'rm';
const RM_PORT = 8032;
export const RM_ADDRESS = `${RM_HOST}:${RM_PORT}`;
/** As in ResourceManager. */
const LAUNCH_RETRY_MS = 15_000;

/** What every daemon and client of the simulated cluster shares. */
export const CLUSTER_SECRET = Buffer.from('the secret of a simulated cluster, which is no secret');

/** Exit code of a daemon that had to end. */
const FAILED = 1;

export interface RunningRM {
  readonly core: RMCore;
  readonly store: SimRMStateStore;
}

/** `onStart` gets the core as soon as it is made; nothing is served before. */
export function resourceManager(
  properties: Readonly<Record<string, string>>,
  onStart: (running: RunningRM) => void,
): Program {
  return (process) => {
    // What ends the real one with a message and an exit code; on a full disk that is how it should be.
    const end = (error: unknown): void => {
      if (!(error instanceof StoreError) || !process.machine.disk.full) {
        process.threw(error);
        return;
      }
      process.log.info('the ResourceManager ends', { error });
      process.exit(FAILED);
    };
    try {
      start(process, properties, onStart, end);
    } catch (error) {
      end(error);
    }
  };
}

function start(
  process: SimProcess,
  properties: Readonly<Record<string, string>>,
  onStart: (running: RunningRM) => void,
  end: (error: unknown) => void,
): void {
  const { clock, random, log, transport } = process;
  const secret = new SharedSecret(CLUSTER_SECRET, clock);
  const store = new SimRMStateStore(process, new SqliteRMStateStore(process.machine.disk.database('/rmstore.sqlite')));
  const core = new RMCore({
    conf: rmConf(Configuration.fromProperties(properties)),
    clock,
    random,
    log,
    store,
    connect: (address, token) =>
      createStub(containerManagementProtocol, {
        address,
        credentials: { token },
        clock,
        transport,
        retry: { maxWaitMs: LAUNCH_RETRY_MS },
      }),
    rmAddress: () => RM_ADDRESS,
    onFatal: end,
  });
  onStart({ core, store });
  const server = transport.listen({ host: RM_HOST, port: RM_PORT });
  server.register(applicationClientProtocol, core.clientService, authenticateClient(secret));
  server.register(applicationMasterProtocol, core.amService, authenticateApplicationMaster(core.security.amRm));
  server.register(resourceTrackerProtocol, core.resourceTracker, authenticateNode(secret));
  server.register(nodeSignalProtocol, core.nodeSignals, authenticateNode(secret));
  server
    .start()
    .then(() => core.start())
    .catch(end);
}

/** A token is good for a day; making one for each call would be most of a run's time. */
export function keptToken(process: SimProcess, make: () => Token): () => { readonly token: Token } {
  let kept: { readonly token: Token; readonly madeAtMs: number } | undefined;
  return () => {
    const nowMs = process.clock.now();
    if (!kept || Math.abs(nowMs - kept.madeAtMs) > TOKEN_KEPT_MS) kept = { token: make(), madeAtMs: nowMs };
    return kept;
  };
}

const TOKEN_KEPT_MS = 300_000;
