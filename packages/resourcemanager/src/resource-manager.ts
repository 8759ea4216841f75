/**
 * ResourceManager: the daemon: RMCore behind one gRPC port for all protocols, and its web pages. Hadoop: ResourceManager.java. Without a
 * shared secret it is open to whoever names a user, so it then serves on loopback only, and says so.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  authenticateApplicationMaster,
  authenticateClient,
  authenticateNode,
  authenticateWeb,
  beyondLoopback,
  ConfigurationError,
  containerManagementProtocol,
  createStub,
  grpcTransport,
  loadSecret,
  messageOf,
  nodeSignalProtocol,
  reachableHost,
  resourceTrackerProtocol,
  SharedSecret,
  type Clock,
  type Configuration,
  type DaemonAddresses,
  type Logger,
  type RandomSource,
  type RpcListener,
  type Transport,
} from '@bobbin/common';
import { rmConf, type RMConf } from './conf/rm-conf.js';
import { MemoryRMStateStore } from './recovery/memory-rm-state-store.js';
import type { RMStateStore } from './recovery/rm-state-store.js';
import { SqliteRMStateStore } from './recovery/sqlite-rm-state-store.js';
import { RMCore } from './rm-core.js';
import { RMWebServer } from './webapp/rm-web-server.js';

export interface ResourceManagerOptions {
  readonly conf: Configuration;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  /** @default gRPC */
  readonly transport?: Transport;
}

/** How long the launcher calls a node that does not answer. */
const LAUNCH_RETRY_MS = 15_000;

export class ResourceManager {
  /** Rejects when it has to end by itself; never resolves. */
  readonly ended: Promise<never>;
  private fail: (error: Error) => void = () => undefined;
  private readonly conf: RMConf;
  private core: RMCore | undefined;
  private rpc: RpcListener | undefined;
  private web: RMWebServer | undefined;
  private address = '';
  private starting: Promise<DaemonAddresses> | undefined;

  constructor(private readonly options: ResourceManagerOptions) {
    this.conf = rmConf(options.conf);
    this.ended = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.ended.catch(() => undefined);
  }

  /**
   * Opens the store, takes up what it holds, and serves. Rejects with ConfigurationError, StoreError or CannotListenError; nothing is left
   * open then.
   */
  async start(): Promise<DaemonAddresses> {
    this.starting = this.open();
    try {
      return await this.starting;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Safe to call twice, before `start`, and while one is under way. AMs and containers go on running. */
  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    await this.close();
  }

  /** The core, once started. */
  get services(): RMCore | undefined {
    return this.core;
  }

  private async close(): Promise<void> {
    const { core, rpc, web } = this;
    this.core = this.rpc = this.web = undefined;
    core?.stop();
    await Promise.all([rpc?.stop(), web?.stop()]);
  }

  private async open(): Promise<DaemonAddresses> {
    const { clock, random, log, transport = grpcTransport } = this.options;
    const { conf } = this;
    const secret = conf.secretFile === undefined ? undefined : new SharedSecret(loadSecret(conf.secretFile), clock);
    const host = conf.bindHost || conf.address.host;
    if (!secret) checkOpen([host, conf.webappAddress.host], log);
    const core = new RMCore({
      conf,
      clock,
      random,
      log,
      store: openStore(conf),
      connect: (nodeId, token) =>
        createStub(containerManagementProtocol, {
          address: nodeId,
          credentials: { token },
          clock,
          transport,
          retry: { maxWaitMs: LAUNCH_RETRY_MS },
        }),
      rmAddress: () => this.address,
      onFatal: (error, event) => {
        log.error(`Error in handling event ${event}; the ResourceManager ends`, { error });
        this.fail(error instanceof Error ? error : new Error(String(error)));
      },
    });
    this.core = core;
    const { port: wanted } = conf.address;
    const rpc = transport.listen({ host, port: wanted, setting: 'yarn.resourcemanager.address', log, clock });
    this.rpc = rpc;
    rpc.register(applicationClientProtocol, core.clientService, authenticateClient(secret));
    rpc.register(applicationMasterProtocol, core.amService, authenticateApplicationMaster(core.security.amRm));
    rpc.register(resourceTrackerProtocol, core.resourceTracker, authenticateNode(secret));
    rpc.register(nodeSignalProtocol, core.nodeSignals, authenticateNode(secret));
    const port = await rpc.start();
    this.address = `${reachableHost(conf.address.host)}:${port}`;
    this.web = new RMWebServer({
      core,
      address: conf.webappAddress,
      authenticate: authenticateWeb(secret),
      log: log.child({ service: 'RMWebServer' }),
      clock,
      clusterId: conf.clusterId,
    });
    const webPort = await this.web.start();
    core.start();
    return { address: this.address, webAddress: `${reachableHost(conf.webappAddress.host)}:${webPort}` };
  }
}

/** Throws ConfigurationError where the cluster has no secret and would serve others than this machine. */
function checkOpen(hosts: readonly string[], log: Logger): void {
  const outside = beyondLoopback(hosts);
  if (outside.length > 0) {
    throw new ConfigurationError([
      `without a secret the ResourceManager believes every caller, so it serves on loopback only, not on '${outside.join("', '")}': ` +
        `set bobbin.security.secret-file, or yarn.resourcemanager.hostname to localhost`,
    ]);
  }
  log.warn('No bobbin.security.secret-file is set: the cluster is open to every user of this machine');
}

function openStore(conf: RMConf): RMStateStore {
  if (!conf.recoveryEnabled) return new MemoryRMStateStore();
  try {
    mkdirSync(conf.storeDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigurationError([
      `bobbin.resourcemanager.store-dir: '${conf.storeDir}' cannot be made a folder: ${messageOf(error)}`,
    ]);
  }
  return new SqliteRMStateStore(join(conf.storeDir, 'rmstore.sqlite'));
}
