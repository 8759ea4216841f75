/**
 * ShuffleHandler: serves map output to reducers, as auxiliary service `mapreduce_shuffle`. Hadoop: mapred.ShuffleHandler, its request,
 * headers, hash and answer (hadoop-rpc.md 12, mapreduce.md 8.3). A part is a range of `file.out`, found by its index below any local-dir
 * of the application; it is read into two buffers in turn, one going out while the other fills, so that a slow reducer holds no
 * more memory than that.
 */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import {
  messageOf,
  CannotListenError,
  closeHttp,
  listenHttp,
  type ApplicationId,
  type Logger,
  type TaskAttemptId,
  shuffleReplyHash,
  WritableWriter,
} from '@bobbin/common';
import type { LocalDirsHandlerService } from '../../local-dirs-handler-service.js';
import type { NMStateStore } from '../../recovery/nm-state-store.js';
import { appCacheDir } from '../launcher/container-environment.js';
import type { AuxiliaryService } from './auxiliary-service.js';
import { MapOutputIndexCache, type MapOutputPart } from './map-output-index.js';
import { SHUFFLE_SERVICE, ShuffleJobs, type ShuffleJob } from './shuffle-jobs.js';
import { isRefusal, parseShuffleRequest, type ShuffleRequest } from './shuffle-request.js';

export interface ShuffleHandlerDeps {
  readonly log: Logger;
  readonly store: NMStateStore;
  readonly dirs: Pick<LocalDirsHandlerService, 'allLocalDirs'>;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Connections served at a time; 0: no limit. */
  readonly maxConnections: number;
  /** Whether connections stay open unless the reducer says otherwise. */
  readonly keepAlive: boolean;
  readonly keepAliveTimeoutMs: number;
  readonly listenQueueSize: number;
  /** Size of each of the two buffers of an answer. */
  readonly bufferBytes: number;
}

/** Seconds a reducer is asked to wait where too many are connected; Hadoop's figure. */
const RETRY_AFTER = '1000';
const INDEX_CACHE_BYTES = 10 * 1024 * 1024;

/** A part that was found: what is sent for it. */
interface Source {
  readonly file: string;
  readonly header: Buffer;
  readonly part: MapOutputPart;
}

export class ShuffleHandler implements AuxiliaryService {
  readonly name = SHUFFLE_SERVICE;
  private readonly jobs: ShuffleJobs;
  private readonly indexes = new MapOutputIndexCache(INDEX_CACHE_BYTES);
  private readonly server: Server;
  private readonly log: Logger;
  private boundPort = 0;
  private connections = 0;

  constructor(private readonly deps: ShuffleHandlerDeps) {
    this.log = deps.log.child({ service: 'ShuffleHandler' });
    this.jobs = new ShuffleJobs(deps.store);
    this.server = createServer({ keepAliveTimeout: deps.keepAliveTimeoutMs }, (request, response) => {
      void this.answer(request, response);
    });
    this.server.on('connection', (socket) => {
      this.connections++;
      socket.once('close', () => this.connections--);
    });
  }

  /** Listens, with the jobs an earlier NodeManager knew. Rejects with CannotListenError. */
  async start(): Promise<void> {
    this.jobs.load();
    const { host, port } = this.deps;
    try {
      this.boundPort = await this.listen(port === 0 ? this.jobs.lastPort() : port);
    } catch (error) {
      if (port !== 0) {
        const why = `${messageOf(error)}; set another port in mapreduce.shuffle.port (0 lets the system choose)`;
        throw new CannotListenError(`${host}:${port}`, why, error);
      }
      this.boundPort = await this.listen(0);
    }
    this.jobs.serving(this.metadata());
  }

  /** Cuts off what is being served: its reducers ask again elsewhere or later. */
  stop(): Promise<void> {
    return closeHttp(this.server);
  }

  get port(): number {
    return this.boundPort;
  }

  /** The port, as int32 big-endian. */
  metadata(): Uint8Array {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(this.boundPort);
    return bytes;
  }

  initializeApplication(applicationId: ApplicationId, user: string, data: Uint8Array): void {
    this.jobs.add(applicationId, user, data);
  }

  stopApplication(applicationId: ApplicationId): void {
    const known = this.jobs.remove(applicationId);
    if (!known) return;
    for (const dir of this.deps.dirs.allLocalDirs) this.indexes.forget(appCacheDir(dir, known.user, applicationId));
  }

  private listen(port: number): Promise<number> {
    const { host, listenQueueSize: backlog } = this.deps;
    return listenHttp(this.server, { host, port, backlog });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.serve(request, response);
    } catch (error) {
      this.log.warn('cannot serve map output', { url: request.url, error });
      if (response.headersSent) response.destroy();
      else refuse(response, 500, messageOf(error));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { maxConnections, keepAlive } = this.deps;
    if (maxConnections > 0 && this.connections > maxConnections) {
      response.setHeader('Retry-After', RETRY_AFTER);
      refuse(response, 429, `more than ${maxConnections} connections`);
      return;
    }
    const url = request.url ?? '';
    const parsed = parseShuffleRequest({ method: request.method ?? '', url, headers: request.headers });
    if (isRefusal(parsed)) {
      refuse(response, parsed.status, parsed.message);
      return;
    }
    const urlHash = request.headers['urlhash'];
    const job = this.jobs.proven(parsed.job, url, this.boundPort, urlHash);
    if (!job || typeof urlHash !== 'string') {
      // The same answer for an unknown job and a wrong hash: a stranger learns nothing.
      refuse(response, 401, 'UrlHash does not prove the secret of the job');
      return;
    }
    let sources: Source[];
    try {
      sources = await Promise.all(parsed.maps.map((map) => this.source(parsed, job, map)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(response, 400, error.message);
      return;
    }
    const length = sources.reduce((sum, { header, part }) => sum + header.length + part.partLength, 0);
    const stays = keepAlive || parsed.keepAlive;
    response.writeHead(200, {
      name: 'mapreduce',
      version: '1.0.0',
      ReplyHash: shuffleReplyHash(job.secret, urlHash),
      'Content-Length': length,
      ...(stays ? {} : { Connection: 'close' }),
    });
    for (const source of sources) await this.send(source, response);
    response.end();
  }

  private async source(request: ShuffleRequest, job: ShuffleJob, map: TaskAttemptId): Promise<Source> {
    for (const dir of this.deps.dirs.allLocalDirs) {
      const file = join(appCacheDir(dir, job.user, request.applicationId), 'output', map, 'file.out');
      if (!existsSync(`${file}.index`)) continue;
      const part = await this.indexes.part(`${file}.index`, request.reduce);
      return { file, part, header: shuffleHeader(map, part, request.reduce) };
    }
    throw new Error(`output of ${map} is not on this node`);
  }

  private async send({ file, header, part }: Source, response: ServerResponse): Promise<void> {
    await written(response, header);
    if (part.partLength === 0) return;
    const handle = await open(file, 'r');
    try {
      const size = Math.min(this.deps.bufferBytes, part.partLength);
      const buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)] as const;
      let going: Promise<void> = Promise.resolve();
      let left = part.partLength;
      for (let turn = 0; left > 0; turn ^= 1) {
        const buffer = buffers[turn === 0 ? 0 : 1];
        const { bytesRead } = await handle.read(buffer, 0, Math.min(size, left), part.start + part.partLength - left);
        if (bytesRead === 0) throw new Error(`'${file}' ends before its index says`);
        left -= bytesRead;
        // The other buffer must be out before it is filled again, and this one follows it.
        await going;
        going = written(response, buffer.subarray(0, bytesRead));
        going.catch(() => undefined);
      }
      await going;
    } finally {
      await handle.close();
    }
  }
}

/** Text map id, VLong part length, VLong raw length, VInt partition. Hadoop: ShuffleHeader. */
function shuffleHeader(map: TaskAttemptId, { partLength, rawLength }: MapOutputPart, reduce: number): Buffer {
  return new WritableWriter().text(map).vint(partLength).vint(rawLength).vint(reduce).finish();
}

/** Resolves when the bytes have left this process; rejects when the reducer is gone. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed) {
      reject(new Error('the reducer closed the connection'));
      return;
    }
    const gone = (): void => reject(new Error('the reducer closed the connection'));
    response.once('close', gone);
    response.write(bytes, (error) => {
      response.off('close', gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = `${message}\n`;
  response.writeHead(status, {
    name: 'mapreduce',
    version: '1.0.0',
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  response.end(body);
}
