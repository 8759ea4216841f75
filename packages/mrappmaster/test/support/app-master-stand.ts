/**
 * A whole AppMaster on a stand: its folders and files as a submission leaves them, a FakeCluster in place of RM, NodeManagers and
 * tasks, and a committer that only notes what it is asked to do.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AMRM_TOKEN,
  applicationAttemptId,
  applicationId,
  containerId,
  createJobToken,
  findHistory,
  jobId,
  JobInfo,
  LocalFileSystem,
  nodeId,
  readHistory,
  SHUFFLE_SECRET_ALIAS,
  silentLogger,
  systemClock,
  systemRandom,
} from '@bobbin/common';
import type { JobCommitter } from '../../src/commit/committer-event-handler.js';
import { MRAppMaster } from '../../src/mr-app-master.js';
import { readAddress } from '../../src/umbilical/app-master-address.js';
import { FakeCluster, type FakeClusterOptions, type Script } from './fake-cluster.js';

const app = applicationId(1_700_000_000_000, 3);
const SECRET = Buffer.alloc(20, 7);
/** The one job of every stand. */
export const job = jobId(app);

export interface StandOptions extends Partial<FakeClusterOptions> {
  readonly script: Script;
  readonly maps?: number;
  readonly reduces?: number;
  readonly properties?: Readonly<Record<string, string>>;
  readonly prepareStaging?: (folder: string) => void;
  readonly committer?: Partial<JobCommitter>;
  /** Whether the submitter gave the AM the key to the map output. */
  readonly withSecret?: boolean;
}

/** The AM of `job` in `dir`, staged as the CLI would, not yet running. */
export function aStand(dir: string, options: StandOptions) {
  const { maps = 2, reduces = 1, properties = {}, attempt = 1, withSecret = true } = options;
  const staging = join(dir, 'staging');
  const folder = join(staging, 'ann', '.staging', job);
  const workDir = join(dir, 'work');
  mkdirSync(folder, { recursive: true });
  mkdirSync(workDir);
  const file = JSON.stringify({
    jobName: 'test',
    user: 'ann',
    queue: 'default',
    properties: {
      'yarn.app.mapreduce.am.staging-dir': staging,
      'mapreduce.job.ubertask.enable': 'false',
      'mapreduce.map.speculative': 'false',
      ...properties,
    },
    numMaps: maps,
    numReduces: reduces,
    inputBytes: 100,
    submitTimeMs: 1,
    taskLocalResources: {},
  });
  for (const place of [workDir, folder]) writeFileSync(join(place, 'job.json'), file);
  const split = (n: number): string => `{"path":"/in/${n}","start":0,"length":10,"hosts":["127.0.0.1"]}\n`;
  writeFileSync(join(workDir, 'job.splits.jsonl'), Array.from({ length: maps }, (_, n) => split(n)).join(''));
  options.prepareStaging?.(folder);

  const fs = new LocalFileSystem();
  const cluster = new FakeCluster({
    applicationId: app,
    jobToken: createJobToken(job, systemRandom, SECRET).password,
    locate: () => readAddress(fs, join(folder, 'am-address.json')),
    ...options,
  });
  const commits: string[] = [];
  const note = (what: string) => (): Promise<void> => {
    commits.push(what);
    return Promise.resolve();
  };
  const am = containerId(applicationAttemptId(app, attempt), 1);
  const master = new MRAppMaster({
    env: {
      containerId: am,
      applicationAttemptId: applicationAttemptId(app, attempt),
      applicationId: app,
      jobId: job,
      attemptNumber: attempt,
      nodeId: nodeId('127.0.0.1', 4000),
      nmHost: '127.0.0.1',
      nmPort: 4000,
      nmHttpPort: 8042,
      submitTimeMs: 1,
      rmAddress: 'none:0',
      tokenFile: 'tokens',
      logDir: dir,
    },
    workDir,
    readText: (path) => readFileSync(path, 'utf8'),
    credentials: {
      tokens: new Map([['', { identifier: Buffer.of(1), password: Buffer.of(1), kind: AMRM_TOKEN.kind, service: '' }]]),
      secrets: withSecret ? new Map([[SHUFFLE_SECRET_ALIAS, SECRET]]) : new Map<string, Uint8Array>(),
    },
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    fs,
    ...(options.wires && { wires: options.wires }),
    connectRM: () => cluster.connectRM(),
    connectNM: (node) => cluster.connectNM(node),
    spawnUberChild: (port, tokens) => cluster.spawn(am, port, tokens),
    outputCommitter: () => ({
      isCommitJobRepeatable: false,
      isRecoverySupported: true,
      recoverTask: (attemptId) => note(`recover ${attemptId}`)(),
      setupJob: note('setup'),
      commitJob: note('commit'),
      abortJob: note('abort'),
      abortTask: note('abortTask'),
      ...options.committer,
    }),
  });
  const doneDir = join(staging, 'history', 'done');
  const historyFile = async (): Promise<string> => {
    const found = await findHistory(doneDir, job);
    if (!found) throw new Error(`no history below ${doneDir}`);
    return found.path;
  };
  const history = async (): Promise<JobInfo> => {
    const info = new JobInfo(job);
    for (const event of (await readHistory(await historyFile())).events) info.add(event);
    return info;
  };
  return { master, cluster, commits, folder, history, historyFile };
}
