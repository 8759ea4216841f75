/**
 * simNodeManager: the production NodeManager as a program of the simulation: NMCore on a SimNode, behind the simulated transport. What the real
 * `NodeManager` does around the core, and no more.
 */
import {
  authenticateContainerManagement,
  containerManagementProtocol,
  createStub,
  nodeId,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  SharedSecret,
  type Configuration,
  type RpcListener,
  type StubOptions,
} from '@bobbin/common';
import { NMCore, nmSettings, type NMSettings, type ProcessSource, type RMConnection } from '@bobbin/nodemanager';
import { keptToken } from '../cluster/resource-manager.js';
import type { Disk } from '../disk.js';
import type { Program, SimProcess } from '../machine.js';
import { SimContainerExecutor } from './sim-container-executor.js';
import { SimNMStore } from './sim-nm-store.js';
import { SimNodeFiles } from './sim-node-files.js';
import type { SimNode } from './sim-node.js';
import { SimShuffleService } from './sim-shuffle.js';

export interface SimNodeManagerOptions {
  readonly conf: Configuration;
  /** The file system that all machines share. */
  readonly shared: Disk;
  /** Of the cluster: by it the RM knows this node. */
  readonly secret: Uint8Array;
  /** Each incarnation, once made. */
  readonly onCore?: (core: NMCore, daemon: SimProcess) => void;
}

/** Exit code of a daemon that could not start or had to end. */
const FAILED = 1;

/** Nothing is limited: memory is not simulated. */
const IDLE_MACHINE: ProcessSource = {
  processes: () => [],
  residentBytes: () => 0,
  commandLine: () => '',
  machine: () => ({ usedBytes: 0, cores: 1, totalMs: 0, busyMs: 0 }),
};

/** Runs until it is killed, or exits by itself where a real one would. */
export function simNodeManager(node: SimNode, options: SimNodeManagerOptions): Program {
  return (daemon) => {
    const { conf, shared } = options;
    const settings = nmSettings(conf);
    const { clock, log } = daemon;
    const { host } = node.machine;
    const store = new SimNMStore(daemon, node.disk.database(settings.stateFile ?? `memory of ${daemon.id}`));
    let doors: RpcListener | undefined;
    const core: NMCore = new NMCore({
      settings,
      clock,
      log,
      store,
      rm: rmConnection(daemon, settings, new SharedSecret(options.secret, clock)),
      files: new SimNodeFiles(node, daemon, shared),
      executor: new SimContainerExecutor(node, daemon, settings.exitCodeFileTimeoutMs),
      processes: IDLE_MACHINE,
      auxServices: (dirs) => [new SimShuffleService({ node, daemon, store, dirs, port: settings.shuffle.port })],
      doors: {
        open: async () => {
          doors = daemon.transport.listen(settings.address);
          const authenticate = authenticateContainerManagement(core.keys.nmTokens);
          doors.register(containerManagementProtocol, core.containerManager, authenticate);
          return { nodeId: nodeId(host, await doors.start()), httpPort: settings.webAddress.port };
        },
        close: () => doors?.stop(),
      },
      environment: { BOBBIN_NODE: 'node' },
      version: 'simulated',
      onEnd: (reason) => {
        if (!daemon.alive) return;
        log.info(`ends: ${reason}`);
        // Its store may be what it cannot close.
        const exit = (): void => daemon.exit(FAILED);
        core.stop().then(exit, exit);
      },
    });
    options.onCore?.(core, daemon);
    core.start().catch((error: unknown) => {
      log.info('cannot start', { error });
      daemon.exit(FAILED);
    });
  };
}

function rmConnection(daemon: SimProcess, settings: NMSettings, secret: SharedSecret): RMConnection {
  const { clock, transport } = daemon;
  const { rmAddress: address, rmConnectMaxWaitMs: maxWaitMs, rpcDeadlineMs: deadlineMs, advertisedHost } = settings;
  const credentials = keptToken(daemon, () => secret.nodeToken(advertisedHost));
  const common: StubOptions = { address, credentials, deadlineMs, retry: { maxWaitMs }, clock, transport };
  const tracker = createStub(resourceTrackerProtocol, common);
  const signals = createStub(nodeSignalProtocol, { ...common, retry: { maxWaitMs: 0 } });
  return { tracker, signals, close: () => [tracker, signals].forEach((stub) => stub.close()) };
}
