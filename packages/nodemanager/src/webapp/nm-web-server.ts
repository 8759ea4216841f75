/**
 * NMWebServer: this node over HTTP: what it is, what runs on it, and the logs of containers. Hadoop: nodemanager.webapp.NMWebServices;
 * yarn.md 7.2. JSON in Hadoop's shapes. Reads only. Where the cluster has a secret each request shows a client token in
 * the header `x-bobbin-token` (base64 of a TokenProto).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  ApplicationNotFoundError,
  BadRequestError,
  closeHttp,
  ContainerNotFoundError,
  listenHttpAt,
  sendError,
  sendFault,
  sendJson,
  TOKEN_HEADER,
  toApplicationId,
  toContainerId,
  type Address,
  type ContainerId,
  type Logger,
  type NodeHealthStatus,
  type Resource,
  type Service,
} from '@bobbin/common';
import type { Application } from '../containermanager/application/application.js';
import type { Container } from '../containermanager/container/container.js';
import type { NMContext } from '../nm-context.js';
import { listContainersWithLogs, listLogs, openLog, rangeOf, restOf } from './container-logs.js';

export interface NMWebServerDeps {
  readonly context: NMContext;
  /** Port 0 picks a free one. */
  readonly address: Address;
  readonly logDirs: readonly string[];
  readonly resource: Resource;
  readonly version: string;
  readonly startedAtMs: number;
  readonly pmemCheckEnabled: boolean;
  readonly vmemCheckEnabled: boolean;
  readonly health: () => NodeHealthStatus;
  readonly lastUpdateAtMs: () => number;
  /** Throws a YarnError where the header's value (or its absence) does not open this node. */
  readonly authenticate: (header: string | undefined) => void;
}

/** Path patterns to what answers them; `{x}` stands for one decoded component. */
type Route = (parameters: readonly string[], query: URLSearchParams, response: ServerResponse) => Promise<void> | void;

export class NMWebServer implements Service {
  readonly name = 'NMWebServer';
  private readonly server: Server;
  private readonly log: Logger;
  private readonly routes: readonly (readonly [pattern: RegExp, route: Route])[];
  private boundPort = 0;

  constructor(private readonly deps: NMWebServerDeps) {
    this.log = deps.context.log.child({ service: this.name });
    this.server = createServer((request, response) => void this.answer(request, response));
    this.routes = [
      [route(''), (_, __, response) => sendJson(response, 200, { nodeInfo: this.info() })],
      [route('/info'), (_, __, response) => sendJson(response, 200, { nodeInfo: this.info() })],
      [route('/apps'), (_, __, response) => sendJson(response, 200, { apps: { app: this.applications() } })],
      [route('/apps/{}'), ([id = ''], _, response) => sendJson(response, 200, { app: this.application(id) })],
      [route('/apps/{}/containers-with-logs'), ([id = ''], _, response) => this.containersWithLogs(id, response)],
      [route('/containers'), (_, __, response) => this.containers(response)],
      [route('/containers/{}'), ([id = ''], _, response) => this.container(id, response)],
      [route('/containers/{}/logs'), ([id = ''], _, response) => this.logs(id, response)],
      [
        route('/containers/{}/logs/{}'),
        ([id = '', file = ''], query, response) => this.logFile(id, file, query, response),
      ],
      [
        route('/containerlogs/{}/{}'),
        ([id = '', file = ''], query, response) => this.logFile(id, file, query, response),
      ],
    ];
  }

  /** Listens. Rejects with CannotListenError. */
  async start(): Promise<void> {
    this.boundPort = await listenHttpAt(this.server, this.deps.address, 'yarn.nodemanager.webapp.address');
  }

  stop(): Promise<void> {
    return closeHttp(this.server);
  }

  get port(): number {
    return this.boundPort;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const header = request.headers[TOKEN_HEADER];
      this.deps.authenticate(typeof header === 'string' ? header : undefined);
      if (request.method !== 'GET') {
        sendFault(response, 405, {
          exception: 'MethodNotAllowedException',
          message: `${request.method} is not allowed here; this node is read with GET`,
        });
        return;
      }
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      for (const [pattern, handle] of this.routes) {
        const match = pattern.exec(path);
        if (!match) continue;
        await handle(match.slice(1).map(decodeURIComponent), new URLSearchParams(query), response);
        return;
      }
      sendFault(response, 404, {
        exception: 'NotFoundException',
        message: `nothing is at ${path}; try /ws/v1/node/info`,
      });
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendError(response, error, this.log);
    }
  }

  private info(): Record<string, unknown> {
    const { context, resource, version, pmemCheckEnabled, vmemCheckEnabled } = this.deps;
    const { nodeId } = context.identity();
    const health = this.deps.health();
    return {
      id: nodeId,
      nodeHostName: nodeId.slice(0, nodeId.lastIndexOf(':')),
      totalPmemAllocatedContainersMB: resource.memoryMb,
      totalVCoresAllocatedContainers: resource.vcores,
      pmemCheckEnabled,
      vmemCheckEnabled,
      lastNodeUpdateTime: this.deps.lastUpdateAtMs(),
      nmStartupTime: this.deps.startedAtMs,
      healthReport: health.healthReport,
      nodeHealthy: health.isNodeHealthy,
      nodeManagerVersion: version,
    };
  }

  private applications(): Record<string, unknown>[] {
    return [...this.deps.context.applications.values()].map(describeApplication);
  }

  private application(id: string): Record<string, unknown> {
    const application = this.deps.context.applications.get(toApplicationId(id));
    if (!application) throw new ApplicationNotFoundError(id);
    return describeApplication(application);
  }

  private async containers(response: ServerResponse): Promise<void> {
    const all = [...this.deps.context.containers.values()];
    sendJson(response, 200, { containers: { container: await Promise.all(all.map((c) => this.describe(c))) } });
  }

  private async container(id: string, response: ServerResponse): Promise<void> {
    const container = this.deps.context.containers.get(toContainerId(id));
    if (!container) throw new ContainerNotFoundError(id);
    sendJson(response, 200, { container: await this.describe(container) });
  }

  /** Ours: what is left of an application, whether this node still knows it or not. */
  private async containersWithLogs(id: string, response: ServerResponse): Promise<void> {
    const containers = await listContainersWithLogs(this.deps.logDirs, toApplicationId(id));
    sendJson(response, 200, { containers });
  }

  private async logs(id: string, response: ServerResponse): Promise<void> {
    const containerId = toContainerId(id);
    const files = await listLogs(this.deps.logDirs, containerId);
    if (files.length === 0 && !this.deps.context.containers.has(containerId)) throw new ContainerNotFoundError(id);
    const containerLogInfo = files.map(({ fileName, sizeBytes, modifiedAtMs }) => ({
      fileName,
      fileSize: String(sizeBytes),
      lastModifiedTime: new Date(modifiedAtMs).toISOString(),
    }));
    const { nodeId } = this.deps.context.identity();
    sendJson(response, 200, {
      containerLogsInfo: [{ containerLogInfo, logAggregationType: 'LOCAL', containerId, nodeId }],
    });
  }

  private async logFile(id: string, fileName: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const containerId = toContainerId(id);
    const wanted = query.get('size') ?? undefined;
    if (wanted !== undefined && !/^-?\d{1,15}$/.test(wanted)) {
      throw new BadRequestError(`size '${wanted}' is not a number of bytes; -4096 gives the last 4096`);
    }
    const from = query.get('start') ?? undefined;
    if (from !== undefined && (!/^\d{1,15}$/.test(from) || wanted !== undefined)) {
      throw new BadRequestError(`start '${from}' should be a number of bytes to leave out, without 'size' beside it`);
    }
    const log = await openLog(this.deps.logDirs, containerId, fileName);
    if (!log) {
      sendFault(response, 404, {
        exception: 'NotFoundException',
        message: `container ${id} has no log '${fileName}' on this node`,
      });
      return;
    }
    const { start, length } =
      from === undefined
        ? rangeOf(log.sizeBytes, wanted === undefined ? undefined : Number(wanted))
        : restOf(log.sizeBytes, Number(from));
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': length });
    if (length === 0) {
      await log.handle.close();
      response.end();
      return;
    }
    await pipeline(log.handle.createReadStream({ start, end: start + length - 1 }), response);
  }

  private async describe(container: Container): Promise<Record<string, unknown>> {
    const { nodeId, httpPort } = this.deps.context.identity();
    const host = nodeId.slice(0, nodeId.lastIndexOf(':'));
    return {
      id: container.id,
      state: container.state,
      exitCode: container.exitStatus,
      diagnostics: container.diagnostics,
      user: container.user,
      totalMemoryNeededMB: container.resource.memoryMb,
      totalVCoresNeeded: container.resource.vcores,
      executionType: container.token.executionType,
      containerLogsLink: `http://${host}:${httpPort}/ws/v1/node/containers/${container.id}/logs`,
      nodeId,
      containerLogFiles: (await this.logNames(container.id)).sort(),
    };
  }

  private async logNames(containerId: ContainerId): Promise<string[]> {
    return (await listLogs(this.deps.logDirs, containerId)).map(({ fileName }) => fileName);
  }
}

function route(path: string): RegExp {
  return new RegExp(`^/ws/v1/node${path.replaceAll('{}', '([^/]+)')}/?$`);
}

function describeApplication({ id, user, state, containers }: Application): Record<string, unknown> {
  return { id, user, state, containerids: containers };
}
