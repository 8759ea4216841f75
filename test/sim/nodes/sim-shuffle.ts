/**
 * SimShuffleService: the auxiliary service `mapreduce_shuffle` without HTTP. Whose output is served, and what proves the right to it, is the
 * production ShuffleJobs; a map's output is a file with one digest a partition, where the real one has its segments.
 */
import { join } from 'node:path';
import {
  BadRequestError,
  InvalidTokenError,
  jobId,
  type ApplicationId,
  type Protocol,
  type RpcListener,
  type TaskAttemptId,
} from '@bobbin/common';
import {
  appCacheDir,
  SHUFFLE_SERVICE,
  ShuffleJobs,
  type AuxiliaryService,
  type NMStateStore,
} from '@bobbin/nodemanager';
import type { SimProcess } from '../machine.js';
import type { SimNode } from './sim-node.js';

export interface ShuffleFetch {
  readonly applicationId: ApplicationId;
  readonly map: TaskAttemptId;
  readonly reduce: number;
  /** What the hash is made over, as in the real request. */
  readonly url: string;
  readonly urlHash: string;
}

export interface SimShuffleProtocol {
  /** The digest of one partition of one map's output. */
  fetch(request: ShuffleFetch): Promise<{ readonly digest: string }>;
}

const json = <T>() => ({
  encode: (record: T): Buffer => Buffer.from(JSON.stringify(record)),
  decode: (bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString()) as T,
});

export const simShuffleProtocol: Protocol<SimShuffleProtocol> = {
  name: 'SimShuffle',
  service: 'SimShuffle',
  methods: ['fetch'],
  codecs: { fetch: { request: json<ShuffleFetch>(), response: json<{ readonly digest: string }>() } },
};

/** Path of the request for one map's part, as Hadoop writes it. */
export function shuffleUrl(applicationId: ApplicationId, reduce: number, map: TaskAttemptId): string {
  return `/mapOutput?job=${jobId(applicationId)}&reduce=${reduce}&map=${map}`;
}

/** Where an attempt's output lies below the application's folder of a local-dir. */
export function mapOutputFile(appDir: string, map: TaskAttemptId): string {
  return join(appDir, 'output', map, 'file.out');
}

export interface SimShuffleDeps {
  readonly node: SimNode;
  readonly daemon: SimProcess;
  readonly store: NMStateStore;
  readonly dirs: { readonly allLocalDirs: readonly string[] };
  readonly port: number;
}

export class SimShuffleService implements AuxiliaryService {
  readonly name = SHUFFLE_SERVICE;
  private readonly jobs: ShuffleJobs;
  private listener: RpcListener | undefined;
  private port = 0;

  constructor(private readonly deps: SimShuffleDeps) {
    this.jobs = new ShuffleJobs(deps.store);
  }

  async start(): Promise<void> {
    const { daemon, port } = this.deps;
    this.jobs.load();
    const { host } = daemon.machine;
    this.listener = daemon.transport.listen({ host, port: port === 0 ? this.jobs.lastPort() : port });
    this.listener.register(simShuffleProtocol, { fetch: (request) => this.fetch(request) }, () => ({
      kind: 'user',
      user: 'reducer',
      authMethod: 'SIMPLE',
    }));
    this.port = await this.listener.start();
    this.jobs.serving(this.metadata());
  }

  async stop(): Promise<void> {
    await this.listener?.stop();
  }

  metadata(): Uint8Array {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(this.port);
    return bytes;
  }

  initializeApplication(applicationId: ApplicationId, user: string, data: Uint8Array): void {
    this.jobs.add(applicationId, user, data);
  }

  stopApplication(applicationId: ApplicationId): void {
    this.jobs.remove(applicationId);
  }

  private fetch({ applicationId, map, reduce, url, urlHash }: ShuffleFetch): Promise<{ digest: string }> {
    const { node, daemon, dirs } = this.deps;
    const job = this.jobs.proven(jobId(applicationId), url, this.port, urlHash);
    if (!job) throw new InvalidTokenError('UrlHash does not prove the secret of the job');
    return daemon.io('serve map output', () => {
      for (const dir of dirs.allLocalDirs) {
        const file = mapOutputFile(appCacheDir(dir, job.user, applicationId), map);
        if (!node.disk.exists(file)) continue;
        node.readable(file);
        const digest = readDigests(node.disk.read(file), map)[reduce];
        if (digest === undefined) throw new BadRequestError(`output of ${map} has no partition ${reduce}`);
        return { digest };
      }
      throw new BadRequestError(`output of ${map} is not on this node`);
    });
  }
}

/** As the index of a real one, whose checksum shows what a power cut took. */
function readDigests(bytes: Buffer, map: TaskAttemptId): readonly string[] {
  try {
    return JSON.parse(bytes.toString()) as readonly string[];
  } catch {
    throw new BadRequestError(`output of ${map} is damaged`);
  }
}
