/**
 * RMWebServer: the cluster over HTTP, JSON in Hadoop's shapes (yarn.md 7.1): info, metrics, applications, nodes. Hadoop:
 * webapp/RMWebServices.java. Reads only. Where the cluster has a secret each request shows a client token in the header `x-bobbin-token`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApplicationNotFoundError,
  BadRequestError,
  CannotListenError,
  toApplicationId,
  YarnError,
  type Address,
  type Clock,
  type Logger,
  type NodeId,
  type StatusName,
} from '@bobbin/common';
import { NodeNotFoundError } from '../errors.js';
import type { RMCore } from '../rm-core.js';
import { appInfo, clusterInfo, clusterMetricsInfo, nodeInfo } from './dao.js';

export interface RMWebServerDeps {
  readonly core: RMCore;
  /** Port 0 picks a free one. */
  readonly address: Address;
  /** Throws a YarnError where the header's value (or its absence) opens nothing. */
  readonly authenticate: (header: string | undefined) => void;
  readonly log: Logger;
  readonly clock: Clock;
  readonly clusterId: string;
}

type Route = readonly [path: RegExp, answer: (parameter: string, query: URLSearchParams) => object];

const HTTP_STATUS: Partial<Record<StatusName, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
};

export class RMWebServer {
  private readonly server: Server;
  private readonly routes: readonly Route[] = [
    [/^(?:\/info)?\/?$/, () => ({ clusterInfo: clusterInfo(this.deps.core, this.deps.clusterId) })],
    [/^\/metrics$/, () => ({ clusterMetrics: clusterMetricsInfo(this.deps.core) })],
    [/^\/apps$/, (_, query) => this.apps(query)],
    [/^\/apps\/([^/]+)$/, (id) => this.app(id)],
    [/^\/nodes$/, (_, query) => this.nodes(query)],
    [/^\/nodes\/([^/]+)$/, (id) => this.node(id)],
  ];

  constructor(private readonly deps: RMWebServerDeps) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** Listens; resolves with the port. Rejects with CannotListenError. */
  start(): Promise<number> {
    const { host, port } = this.deps.address;
    return new Promise((resolve, reject) => {
      this.server.once('error', (error) => {
        const advice = `${error.message}; set another address in yarn.resourcemanager.webapp.address`;
        reject(new CannotListenError(`${host}:${port}`, advice, error));
      });
      this.server.listen({ host, port }, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  stop(): Promise<void> {
    if (!this.server.listening) return Promise.resolve();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    try {
      const header = request.headers['x-bobbin-token'];
      this.deps.authenticate(typeof header === 'string' ? header : undefined);
      if (request.method !== 'GET')
        throw new BadRequestError(`${request.method} is not served; the pages are read with GET`);
      const url = new URL(request.url ?? '/', 'http://rm');
      const path = /^\/ws\/v1\/cluster(\/.*)?$/.exec(url.pathname);
      const found = path && this.routes.find(([pattern]) => pattern.test(path[1] ?? ''));
      if (!path || !found) {
        fail(response, 404, 'NotFoundException', `nothing is at ${url.pathname}; try /ws/v1/cluster/info`);
        return;
      }
      const parameter = found[0].exec(path[1] ?? '')?.[1] ?? '';
      send(response, 200, found[1](decodeURIComponent(parameter), url.searchParams));
    } catch (error) {
      this.failWith(response, error);
    }
  }

  private apps(query: URLSearchParams): object {
    const { core, clock } = this.deps;
    const states = listOf(query, 'states', 'state');
    const users = listOf(query, 'user');
    const wanted = [...core.registry.apps.values()].filter(
      (app) =>
        (states.length === 0 || states.includes(app.clientState)) && (users.length === 0 || users.includes(app.user)),
    );
    const limit = Number(query.get('limit') ?? wanted.length);
    if (!Number.isInteger(limit) || limit < 0)
      throw new BadRequestError(`limit '${query.get('limit')}' is not a whole number`);
    const shown = wanted.slice(Math.max(0, wanted.length - limit));
    return { apps: { app: shown.map((app) => appInfo(app, core.clusterTimestamp, clock.now())) } };
  }

  private app(id: string): object {
    const { core, clock } = this.deps;
    const app = core.registry.apps.get(toApplicationId(id));
    if (!app) throw new ApplicationNotFoundError(id);
    return { app: appInfo(app, core.clusterTimestamp, clock.now()) };
  }

  /** Without `states`, those that report. */
  private nodes(query: URLSearchParams): object {
    const { core } = this.deps;
    const { nodes, inactiveNodes } = core.registry;
    const states = listOf(query, 'states');
    const wanted =
      states.length === 0
        ? [...nodes.values()]
        : [...nodes.values(), ...inactiveNodes.values()].filter((node) => states.includes(node.state));
    return { nodes: { node: wanted.map((node) => nodeInfo(node, core)) } };
  }

  private node(id: string): object {
    const { core } = this.deps;
    const nodeId = id as NodeId;
    const node = core.registry.nodes.get(nodeId) ?? core.registry.inactiveNodes.get(nodeId);
    if (!node) throw new NodeNotFoundError(id);
    return { node: nodeInfo(node, core) };
  }

  private failWith(response: ServerResponse, error: unknown): void {
    if (error instanceof URIError)
      return fail(response, 400, 'BadRequestException', 'the path is not properly encoded');
    if (error instanceof YarnError) {
      const exception = error.hadoopClass.split('.').at(-1) ?? 'YarnException';
      return fail(response, HTTP_STATUS[error.status] ?? 503, exception, error.message, error.hadoopClass);
    }
    this.deps.log.error('a page failed', { error });
    fail(response, 500, 'InternalError', 'the page failed; the log of the ResourceManager says why');
  }
}

/** Values of a parameter given again, or joined by commas; in capitals where they are states. */
function listOf(query: URLSearchParams, ...names: string[]): string[] {
  const values = names.flatMap((name) => query.getAll(name)).flatMap((value) => value.split(','));
  return values
    .filter((value) => value !== '')
    .map((value) => (names.includes('states') ? value.toUpperCase() : value));
}

function fail(
  response: ServerResponse,
  status: number,
  exception: string,
  message: string,
  javaClassName = exception,
): void {
  send(response, status, { RemoteException: { exception, message, javaClassName } });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
