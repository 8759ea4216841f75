/**
 * connectAppMaster: everything an AppMaster's process needs to speak with its cluster, made from what its container was given. The production
 * defaults of AMRMClient and NMClient: this machine's clock, gRPC, the environment. Hadoop: AMRMClientAsync.createAMRMClientAsync, NMClient.createNMClient.
 */
import {
  AMRM_TOKEN,
  ConfigurationError,
  Configuration,
  findToken,
  foregroundClock,
  readCredentialsFile,
  rmKeys,
  silentLogger,
  type ApplicationAttemptId,
  type Clock,
  type Credentials,
  type Logger,
  type Token,
  type Transport,
} from '@bobbin/common';
import { AMRMClient } from './amrm/amrm-client.js';
import type { ContainerRequest } from './amrm/container-request.js';
import { readAppMasterEnvironment, type AppMasterEnvironment } from './conf/app-master-environment.js';
import { createAMRMProxy, createNMProxy } from './connections.js';
import { NMClient } from './nm/nm-client.js';
import { NMTokenCache } from './nm/nm-token-cache.js';

export interface AppMasterOptions {
  /** @default Hadoop's defaults */
  readonly conf?: Configuration;
  /** Longest time between two calls to the RM, in ms. @default 1000 */
  readonly heartbeatIntervalMs?: number;
  /** @default the machine's; its timers keep the process alive */
  readonly clock?: Clock;
  /** @default says nothing */
  readonly log?: Logger;
  /** @default gRPC */
  readonly transport?: Transport;
}

/** The two clients of an AppMaster, tied together. */
export interface AppMasterClients<T extends ContainerRequest> {
  readonly amrm: AMRMClient<T>;
  readonly nm: NMClient;
  /** Stops beating, and closes every connection: for the very end. Containers and the application run on. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** The same, made from a container's environment. */
export interface AppMaster<T extends ContainerRequest> extends AppMasterClients<T> {
  readonly environment: AppMasterEnvironment;
  /** Tokens and secrets that came with the application. */
  readonly credentials: Credentials;
}

const HEARTBEAT_INTERVAL_MS = 1000;

/**
 * For a process that a NodeManager started as an AppMaster: reads its environment (`variables`, by default this process's) and its tokens.
 * Nothing connects before the first call. Throws ConfigurationError where this is no AppMaster's process.
 */
export function connectAppMaster<T extends ContainerRequest = ContainerRequest>(
  options: AppMasterOptions & { readonly variables?: Readonly<Record<string, string | undefined>> } = {},
): AppMaster<T> {
  const environment = readAppMasterEnvironment(options.variables);
  const credentials = readCredentialsFile(environment.tokenFile);
  const amRmToken = findToken(credentials, AMRM_TOKEN.kind);
  if (!amRmToken) {
    throw new ConfigurationError([
      `${environment.tokenFile} holds no ${AMRM_TOKEN.kind} token: this is no AppMaster's container`,
    ]);
  }
  const { applicationAttemptId, rmAddress } = environment;
  return {
    environment,
    credentials,
    ...appMasterClients<T>({ ...options, applicationAttemptId, rmAddress, amRmToken }),
  };
}

/** For an attempt whose RM and token are known otherwise: a test, or an AppMaster outside the cluster. */
export function appMasterClients<T extends ContainerRequest = ContainerRequest>(
  options: AppMasterOptions & {
    readonly applicationAttemptId: ApplicationAttemptId;
    /** `host:port`. */
    readonly rmAddress: string;
    readonly amRmToken: Token;
  },
): AppMasterClients<T> {
  const { applicationAttemptId, rmAddress: address, log = silentLogger, clock = foregroundClock, transport } = options;
  const { conf = Configuration.fromProperties({}), heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS } = options;
  const connection = { conf, clock, ...(transport && { transport }) };
  const nmTokens = new NMTokenCache();
  let amRmToken = options.amRmToken;
  // AMRMClient repeats by itself: a call that fails must not hide in the stub.
  const rm = createAMRMProxy(() => amRmToken, { ...connection, address, maxWaitMs: 0 });
  const waitMs = conf.get(rmKeys.connectMaxWaitMs);
  const amrm = new AMRMClient<T>(
    { rm, applicationAttemptId, clock, log, nmTokens, onAMRMToken: (token) => (amRmToken = token) },
    { heartbeatIntervalMs, connectionWaitMs: waitMs < 0 ? Number.MAX_SAFE_INTEGER : waitMs },
  );
  const nm = new NMClient({
    clock,
    connect: (nodeId) => createNMProxy(nodeId, () => nmTokens.get(nodeId), connection),
  });
  amrm.on('CONTAINER_COMPLETED', ({ status }) => nm.containerEnded(status.containerId));
  const close = async (): Promise<void> => {
    await amrm.stop();
    nm.close();
    rm.close();
  };
  return { amrm, nm, close };
}
