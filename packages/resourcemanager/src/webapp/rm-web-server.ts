/**
 * RMWebServer: the cluster over HTTP, JSON in Hadoop's shapes (yarn.md 7.1): info, metrics, applications, nodes. Hadoop:
 * webapp/RMWebServices.java. Reads only. Where the cluster has a secret each request shows a client token in the header `x-bobbin-token`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  ApplicationNotFoundError,
  BadRequestError,
  closeHttp,
  listenHttpAt,
  sendError,
  sendFault,
  sendJson,
  TOKEN_HEADER,
  toApplicationId,
  type Address,
  type Clock,
  type Logger,
  type NodeId,
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
    return listenHttpAt(this.server, this.deps.address, 'yarn.resourcemanager.webapp.address');
  }

  stop(): Promise<void> {
    return closeHttp(this.server);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    try {
      const header = request.headers[TOKEN_HEADER];
      this.deps.authenticate(typeof header === 'string' ? header : undefined);
      if (request.method !== 'GET')
        throw new BadRequestError(`${request.method} is not served; the pages are read with GET`);
      const url = new URL(request.url ?? '/', 'http://rm');
      const path = /^\/ws\/v1\/cluster(\/.*)?$/.exec(url.pathname);
      const found = path && this.routes.find(([pattern]) => pattern.test(path[1] ?? ''));
      if (!path || !found) {
        sendFault(response, 404, {
          exception: 'NotFoundException',
          message: `nothing is at ${url.pathname}; try /ws/v1/cluster/info`,
        });
        return;
      }
      const parameter = found[0].exec(path[1] ?? '')?.[1] ?? '';
      sendJson(response, 200, found[1](decodeURIComponent(parameter), url.searchParams));
    } catch (error) {
      sendError(response, error, this.deps.log);
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
}

/** Values of a parameter given again, or joined by commas; in capitals where they are states. */
function listOf(query: URLSearchParams, ...names: string[]): string[] {
  const values = names.flatMap((name) => query.getAll(name)).flatMap((value) => value.split(','));
  return values
    .filter((value) => value !== '')
    .map((value) => (names.includes('states') ? value.toUpperCase() : value));
}
