/**
 * NodeManager: the daemon: NMCore on this machine's disks and processes, behind a gRPC port, the shuffle's port and its web pages.
 * Hadoop: nodemanager.NodeManager.
 */
import {
  authenticateContainerManagement,
  authenticateWeb,
  containerManagementProtocol,
  createStub,
  grpcTransport,
  loadSecret,
  nmKeys,
  nodeId,
  nodeSignalProtocol,
  resourceTrackerProtocol,
  SharedSecret,
  userName,
  type Clock,
  type Configuration,
  type DaemonAddresses,
  type Logger,
  type StubOptions,
  type Transport,
} from '@bobbin/common';
import { nmSettings, type NMSettings } from './conf/nm-settings.js';
import { ShuffleHandler } from './containermanager/auxservices/shuffle-handler.js';
import { procFs } from './containermanager/monitor/proc-source.js';
import { DefaultContainerExecutor } from './default-container-executor.js';
import { localNodeFiles } from './local-node-files.js';
import { NMCore, type NodeDoors } from './nm-core.js';
import type { RMConnection } from './node-status-updater.js';
import { MemoryNMStateStore } from './recovery/memory-nm-state-store.js';
import type { NMStateStore } from './recovery/nm-state-store.js';
import { SqliteNMStateStore } from './recovery/sqlite-nm-state-store.js';
import { NMWebServer } from './webapp/nm-web-server.js';

/** What a release calls itself towards RM and web clients. */
const VERSION = '0.1.0';

export interface NodeManagerOptions {
  readonly conf: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  /** This process's variables; those on the whitelist reach containers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Node executable containers get as BOBBIN_NODE. */
  readonly nodePath: string;
  /** @default gRPC */
  readonly transport?: Transport;
}

export class NodeManager {
  /** Rejects with the reason when this daemon must end by itself: the RM wants it gone, or its state is in doubt. */
  readonly ended: Promise<never>;
  private endWith: (reason: string) => void = () => undefined;
  private readonly settings: NMSettings;
  private readonly executor: DefaultContainerExecutor;
  private readonly core: NMCore;

  /** Opens the state store; throws StoreError or ConfigurationError. */
  constructor(private readonly options: NodeManagerOptions) {
    const { conf, clock, log } = options;
    this.ended = new Promise((_, reject) => {
      this.endWith = (reason) => reject(new Error(`the NodeManager ended: ${reason}`));
    });
    this.ended.catch(() => undefined);
    this.settings = nmSettings(conf);
    const { settings } = this;
    for (const warning of settings.warnings) log.warn(warning);
    const { stateFile } = settings;
    const store = stateFile === undefined ? new MemoryNMStateStore() : new SqliteNMStateStore(stateFile);
    this.executor = new DefaultContainerExecutor({
      clock,
      environment: { PATH: this.whitelistedEnvironment()['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' },
      owner: settings.dirs.localDirs[0] ?? '',
      exitCodeFileTimeoutMs: settings.exitCodeFileTimeoutMs,
    });
    try {
      this.core = this.compose(store, clock);
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Serves and is registered when this resolves. Rejects with what the first failing service says; nothing is left then. */
  async start(): Promise<DaemonAddresses> {
    const { nodeId: address, httpPort } = await this.core.start();
    return { address, webAddress: `${this.settings.advertisedHost}:${httpPort}` };
  }

  /** Ends the containers (unless supervised), then everything else. Safe to call twice, and while a start is under way. */
  async stop(): Promise<void> {
    await this.core.stop();
    await this.executor.close();
  }

  private compose(store: NMStateStore, clock: Clock): NMCore {
    const { log } = this.options;
    const { settings } = this;
    const secret =
      settings.secretFile === undefined ? undefined : new SharedSecret(loadSecret(settings.secretFile), clock);
    const core: NMCore = new NMCore({
      settings,
      clock,
      log,
      store,
      rm: this.rmConnection(secret),
      files: localNodeFiles,
      executor: this.executor,
      processes: procFs,
      // `nmSettings` has refused every other name.
      auxServices: (dirs) =>
        settings.auxServices.map(
          () => new ShuffleHandler({ log, store, dirs, host: settings.address.host, ...settings.shuffle }),
        ),
      doors: {
        open: () => doors.open(),
        close: () => doors.close(),
      },
      environment: this.whitelistedEnvironment(),
      version: VERSION,
      onEnd: (reason) => this.endWith(reason),
    });
    const doors = this.doors(core, secret);
    return core;
  }

  /** Web and RPC. */
  private doors(core: NMCore, secret: SharedSecret | undefined): NodeDoors {
    const { clock, log, transport = grpcTransport } = this.options;
    const { settings } = this;
    const web = new NMWebServer({
      context: core.context,
      address: settings.webAddress,
      logDirs: settings.dirs.logDirs,
      resource: settings.resource,
      version: VERSION,
      startedAtMs: clock.now(),
      pmemCheckEnabled: settings.monitor.pmemCheckEnabled,
      vmemCheckEnabled: settings.monitor.vmemCheckEnabled,
      health: () => core.health(),
      lastUpdateAtMs: () => core.lastUpdateAtMs,
      authenticate: authenticateWeb(secret),
    });
    const rpc = transport.listen({ ...settings.address, setting: nmKeys.address.name, log });
    const authenticate = authenticateContainerManagement(core.keys.nmTokens);
    rpc.register(containerManagementProtocol, core.containerManager, authenticate);
    const close = async (): Promise<void> => {
      await rpc.stop();
      await web.stop();
    };
    const open: NodeDoors['open'] = async () => {
      try {
        await web.start();
        const port = await rpc.start();
        return { nodeId: nodeId(settings.advertisedHost, port), httpPort: web.port };
      } catch (error) {
        await close();
        throw error;
      }
    };
    return { open, close };
  }

  private rmConnection(secret: SharedSecret | undefined): RMConnection {
    const {
      rmAddress: address,
      rmConnectMaxWaitMs: maxWaitMs,
      rpcDeadlineMs: deadlineMs,
      advertisedHost,
    } = this.settings;
    const { clock, environment, transport = grpcTransport } = this.options;
    const options: StubOptions = {
      address,
      credentials: () => (secret ? { token: secret.nodeToken(advertisedHost) } : { user: userName(environment) }),
      deadlineMs,
      retry: { maxWaitMs },
      clock,
      transport,
    };
    const tracker = createStub(resourceTrackerProtocol, options);
    const signals = createStub(nodeSignalProtocol, { ...options, retry: { maxWaitMs: 0 } });
    return { tracker, signals, close: () => [tracker, signals].forEach((stub) => stub.close()) };
  }

  private whitelistedEnvironment(): Record<string, string> {
    const { environment, nodePath } = this.options;
    const variables: Record<string, string> = {};
    for (const name of this.settings.envWhitelist) {
      const value = environment[name];
      if (value !== undefined) variables[name] = value;
    }
    // Not up to the list: a site's own, written for Hadoop, does not name it, and every job of ours needs it.
    return { ...variables, BOBBIN_NODE: nodePath };
  }
}
