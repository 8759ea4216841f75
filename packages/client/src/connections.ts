/**
 * Connections to the ResourceManager, NodeManagers and AppMasters. Hadoop: ClientRMProxy, AMRMClient's and NMClient's proxies,
 * ClientServiceDelegate. Each is the protocol's interface with `close`; deadlines and repetitions come from the configuration.
 * Nothing connects before the first call.
 */
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  bobbinKeys,
  containerManagementProtocol,
  createStub,
  formatAddress,
  mrClientProtocol,
  rmKeys,
  type Address,
  type ApplicationClientProtocol,
  type ApplicationMasterProtocol,
  type CallCredentials,
  type Clock,
  type Configuration,
  type ContainerManagementProtocol,
  type MRClientProtocol,
  type NodeId,
  type ServerGap,
  type Stub,
  type Token,
  type Transport,
} from '@bobbin/common';

export type ClientRMProxy = Stub<ApplicationClientProtocol>;
export type AMRMProxy = Stub<ApplicationMasterProtocol>;
export type NMProxy = Stub<ContainerManagementProtocol>;
export type MRClient = Stub<MRClientProtocol>;

/** A function is asked at each call: for tokens that expire or roll. */
export type Credentials = CallCredentials | (() => CallCredentials);

export interface ConnectionOptions {
  readonly conf: Configuration;
  /** How long to keep calling a server that does not answer, in ms; a default of its own for each kind of connection. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
  /** @default gRPC */
  readonly transport?: Transport;
}

/**
 * A person or tool calls the RM. By default gives up soon where none answers (`bobbin.client.connect.max-wait-ms`); one that has
 * answered and went away is waited for as AppMasters do. `onGap`: is told when it is waited for, and when it is back.
 */
export function createClientRMProxy(
  credentials: Credentials,
  options: ConnectionOptions & { readonly onGap?: (gap: ServerGap) => void },
): ClientRMProxy {
  const { conf, maxWaitMs, onGap } = options;
  const { retry, ...rest } = stubOptions(options, conf.get(bobbinKeys.clientConnectMaxWaitMs));
  const maxWaitOnceHeardMs = maxWaitMs ?? patienceMs(conf);
  return createStub(applicationClientProtocol, {
    address: resourceManagerAddress(conf),
    credentials,
    ...rest,
    retry: { ...retry, maxWaitOnceHeardMs, ...(onGap && { onGap }) },
  });
}

/**
 * An AppMaster calls its RM at `address` (`host:port`; by default where the configuration says). `token` is asked at each call: AMRM
 * tokens roll. By default waits for an RM that is away as long as `yarn.resourcemanager.connect.max-wait.ms` says.
 */
export function createAMRMProxy(
  token: () => Token,
  options: ConnectionOptions & { readonly address?: string },
): AMRMProxy {
  return createStub(applicationMasterProtocol, {
    address: options.address ?? resourceManagerAddress(options.conf),
    credentials: () => ({ token: token() }),
    ...stubOptions(options, patienceMs(options.conf)),
  });
}

/** An AppMaster, or the RM's launcher, calls a NodeManager with the NM token it was given for it. */
export function createNMProxy(node: NodeId, token: () => Token, options: ConnectionOptions): NMProxy {
  return createStub(containerManagementProtocol, {
    address: node,
    credentials: () => ({ token: token() }),
    ...stubOptions(options, NM_MAX_WAIT_MS),
  });
}

/**
 * A client calls the AppMaster of a MapReduce job at `address`, by the client-to-AM token of the application report. By default
 * does not wait for one that is away: the RM knows where the next attempt is.
 */
export function createMRClient(address: string, credentials: CallCredentials, options: ConnectionOptions): MRClient {
  return createStub(mrClientProtocol, { address, credentials, ...stubOptions(options, 0) });
}

/** `host:port` of the RM as the configuration names it; an RM bound to every interface is called on this machine. */
export function resourceManagerAddress(conf: Configuration): string {
  return formatAddress(reachable(conf.get(rmKeys.address)));
}

/** Where to call a server that listens there. */
export function reachable({ host, port }: Address): Address {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}

function patienceMs(conf: Configuration): number {
  const waitMs = conf.get(rmKeys.connectMaxWaitMs);
  return waitMs < 0 ? Number.MAX_SAFE_INTEGER : waitMs;
}

/** Hadoop: yarn.client.nodemanager-connect.max-wait-ms. */
const NM_MAX_WAIT_MS = 180_000;

function stubOptions({ conf, maxWaitMs, clock, transport }: ConnectionOptions, defaultWaitMs: number) {
  return {
    deadlineMs: conf.get(bobbinKeys.rpcDeadlineMs),
    retry: {
      maxWaitMs: maxWaitMs ?? defaultWaitMs,
      maxPauseMs: Math.min(1000, conf.get(rmKeys.connectRetryIntervalMs)),
    },
    ...(clock && { clock }),
    ...(transport && { transport }),
  };
}
