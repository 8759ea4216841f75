/**
 * JobFile: a job as its submitter hands it to its AppMaster, in the staging folder's `job.json`. Hadoop: job.xml and
 * job.splitmetainfo. Written by the client, read by the AppMaster and, for its properties, by tasks (docs/architecture.md).
 */
import type { LocalResource } from './records.js';

export interface JobFile {
  readonly jobName: string;
  readonly user: string;
  readonly queue: string;
  /** What was set for the job; defaults are not repeated. */
  readonly properties: Readonly<Record<string, string>>;
  readonly numMaps: number;
  readonly numReduces: number;
  readonly inputBytes: number;
  readonly submitTimeMs: number;
  /** For the containers of tasks, `job.json` aside. */
  readonly taskLocalResources: Readonly<Record<string, LocalResource>>;
}
