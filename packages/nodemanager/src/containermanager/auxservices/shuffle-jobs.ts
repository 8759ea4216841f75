/**
 * ShuffleJobs: whose map output this node serves, and to whom: a job's secret comes with its first container, is stored, and goes with the
 * application. Hadoop: the secretManager and userRsrc of mapred.ShuffleHandler and their part of its state database.
 */
import {
  decodeShuffleServiceData,
  jobId,
  sameShuffleHash,
  shuffleUrlHash,
  type ApplicationId,
  type JobId,
} from '@bobbin/common';
import type { NMStateStore } from '../../recovery/nm-state-store.js';

export const SHUFFLE_SERVICE = 'mapreduce_shuffle';

const PREFIX = `${SHUFFLE_SERVICE}/`;

export interface ShuffleJob {
  readonly user: string;
  readonly secret: Uint8Array;
}

export class ShuffleJobs {
  private readonly jobs = new Map<JobId, ShuffleJob>();

  constructor(private readonly store: NMStateStore) {}

  /** Takes up the jobs an earlier NodeManager knew. */
  load(): void {
    for (const [key, { user, data }] of this.store.rows('services')) {
      if (key.startsWith(PREFIX)) this.jobs.set(key.slice(PREFIX.length) as JobId, { user, secret: data });
    }
  }

  /** The port of the NodeManager before this one: reducers know it. 0 where there was none. */
  lastPort(): number {
    const bytes = this.store.rows('services').get(SHUFFLE_SERVICE)?.data;
    return bytes ? Buffer.from(bytes).readInt32BE() : 0;
  }

  /** Stores what reducers are told of this service; `metadata` is the port, as int32 big-endian. */
  serving(metadata: Uint8Array): void {
    this.store.apply({ put: 'services', key: SHUFFLE_SERVICE, value: { user: '', data: metadata } });
  }

  /** Takes a job up with what its first container brought; a later one changes nothing. */
  add(applicationId: ApplicationId, user: string, data: Uint8Array): void {
    const job = jobId(applicationId);
    if (this.jobs.has(job)) return;
    const secret = decodeShuffleServiceData(data).password;
    this.jobs.set(job, { user, secret });
    this.store.apply({ put: 'services', key: `${PREFIX}${job}`, value: { user, data: secret } });
  }

  /** The job that is forgotten by this; undefined where it was not known. */
  remove(applicationId: ApplicationId): ShuffleJob | undefined {
    const job = jobId(applicationId);
    const known = this.jobs.get(job);
    if (!known) return undefined;
    this.jobs.delete(job);
    this.store.apply({ delete: 'services', key: `${PREFIX}${job}` });
    return known;
  }

  /** The job, where `urlHash` proves its secret for a request of this URL at this port. */
  proven(id: JobId, url: string, port: number, urlHash: unknown): ShuffleJob | undefined {
    const job = this.jobs.get(id);
    if (!job || typeof urlHash !== 'string') return undefined;
    return sameShuffleHash(shuffleUrlHash(job.secret, port, url), urlHash) ? job : undefined;
  }
}
