/**
 * One MapReduce job on a small cluster of production daemons (RM, NMs, AM, children), for the AppMaster's own sweeps: death is placed at the
 * n-th point of its attempts.
 */
import {
  Configuration,
  jobId,
  readHistory,
  type ApplicationId,
  type HistoryEvent,
  type TaskAttemptId,
} from '@bobbin/common';
import { ClusterClient, type LedgerEntry } from '../cluster/client.js';
import { CLUSTER_SECRET, RM_ADDRESS, RM_HOST, resourceManager } from '../cluster/resource-manager.js';
import { Disk } from '../disk.js';
import { activate } from '../guards.js';
import { Machine, type ProcessWatcher, type Role, type SimProcess } from '../machine.js';
import { Net } from '../net.js';
import { simNodeManager } from '../nodes/sim-node-manager.js';
import { SimNode } from '../nodes/sim-node.js';
import { Simulator } from '../simulator.js';
import { Trace } from '../trace.js';
import { simAppMaster } from './sim-app-master.js';
import { simTask, type SimTaskOptions } from './sim-task.js';
import { DONE_DIR, outputDirOf, stageJob, stagingFolderOf, type SimJob } from './stage-job.js';

export interface JobRunOptions {
  readonly seed?: number;
  /** Whose points are counted, and at which of them, from 0, it dies. @default the AM's */
  readonly role?: Role;
  readonly deaths?: readonly number[];
  /** Of a daemon that dies. */
  readonly restartAfterMs?: number;
  readonly nodes?: number;
  readonly maxAppAttempts?: number;
  /** The latest end of the world. */
  readonly untilMs?: number;
  readonly keepTrace?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
  /** Called when the cluster stands, before anything runs. */
  readonly prepare?: (world: JobWorld) => void;
}

export interface JobWorld {
  readonly sim: Simulator;
  readonly net: Net;
  readonly shared: Disk;
  readonly nodes: readonly SimNode[];
  readonly machines: readonly Machine[];
}

export interface JobRun {
  /** Points passed by processes of the role, in their order. */
  readonly points: readonly string[];
  readonly entry: LedgerEntry;
  readonly endedAtMs: number;
  /** Each attempt of a task whose work began, in order. */
  readonly began: readonly TaskAttemptId[];
  readonly committed: readonly TaskAttemptId[];
  /** Of the finished job, from the done folder; empty where there is none. */
  readonly history: readonly HistoryEvent[];
  /** Files of the output folder, by name below it. */
  readonly output: Readonly<Record<string, string>>;
  /** What is left in the staging folder. */
  readonly staged: readonly string[];
  /** Processes that still run, daemons apart. */
  readonly live: readonly string[];
  readonly faults: readonly string[];
  readonly traceHash: string;
  readonly trace: readonly string[];
}

const NM_PORT = 45_454;
/** After the job's end: logs of the last turns, deletions, goodbyes. */
const REST_MS = 10_000;

export async function runJob(job: SimJob, options: JobRunOptions = {}): Promise<JobRun> {
  const { seed = 1, role = 'am', deaths = [], restartAfterMs = 1000, nodes: count = 2, untilMs = 1_200_000 } = options;
  const sim = new Simulator(seed, new Trace(options.keepTrace ? 'all' : 'none'));
  const points: string[] = [];
  const faults: string[] = [];
  const restarts = new Map<SimProcess, () => void>();
  const watcher: ProcessWatcher = {
    crashPoint: (process, name) => process.role === role && deaths.includes(points.push(name) - 1),
    logged: (process, level, message, { error }) => {
      if (level === 'error') faults.push(`${process.id}: ${message} ${error instanceof Error ? error.message : ''}`);
    },
    faulted: (process, error) =>
      void faults.push(`${process.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    started: () => undefined,
    died: (process) => {
      const restart = restarts.get(process);
      if (restart) sim.schedule(restartAfterMs, undefined, 'supervisor', restart);
    },
  };
  const net = new Net(sim, { callFault: () => undefined, served: () => undefined });
  const machine = (host: string): Machine => {
    const made = new Machine(sim, net, host, watcher);
    net.add(made);
    return made;
  };
  const shared = new Disk(sim, 'shared');
  const began: TaskAttemptId[] = [];
  const committed: TaskAttemptId[] = [];
  const taskOptions: SimTaskOptions = {
    shared,
    watcher: { began: (attempt) => began.push(attempt), committed: (attempt) => committed.push(attempt) },
  };
  const executables = new Map([
    ['am.cjs', simAppMaster(taskOptions)],
    ['task.cjs', simTask(taskOptions)],
  ]);
  const roles = new Map<string, Role>([['am.cjs', 'am']]);
  const nodes = Array.from({ length: count }, (_, n) => new SimNode(machine(`n${n + 1}`), executables, roles));
  const rmMachine = machine(RM_HOST);
  const clientMachine = machine('client');
  const startRM = (): void => {
    const program = resourceManager(
      { 'yarn.resourcemanager.am.max-attempts': '100', ...options.properties },
      () => undefined,
    );
    restarts.set(rmMachine.spawn({ name: 'rm', role: 'rm' }, program), startRM);
  };
  const startNode = (node: SimNode): void => {
    const { host } = node.machine;
    const conf = Configuration.fromProperties({
      'yarn.nodemanager.address': `${host}:${NM_PORT}`,
      'yarn.nodemanager.webapp.address': `${host}:8042`,
      'yarn.nodemanager.local-dirs': '/local',
      'yarn.nodemanager.log-dirs': '/logs',
      'yarn.nodemanager.recovery.dir': '/state',
      'yarn.nodemanager.resource.memory-mb': '8192',
      'yarn.nodemanager.resource.cpu-vcores': '8',
      'yarn.resourcemanager.address': RM_ADDRESS,
      'mapreduce.shuffle.port': '13562',
      'bobbin.security.secret-file': '/etc/secret',
      ...options.properties,
    });
    const program = simNodeManager(node, { conf, shared, secret: CLUSTER_SECRET });
    restarts.set(node.machine.spawn({ name: 'nm', role: 'nm' }, program), () => startNode(node));
  };
  startRM();
  for (const node of nodes) startNode(node);
  const clientProcess = clientMachine.spawn({ name: 'client', role: 'client' }, () => undefined);
  let application: ApplicationId | undefined;
  const client = new ClusterClient(
    clientProcess,
    [
      {
        name: 'job',
        user: job.user,
        submitAtMs: 1000,
        expects: 'SUCCEEDED',
        maxAppAttempts: options.maxAppAttempts ?? 10,
        resource: { memoryMb: 1536, vcores: 1 },
        command: 'am.cjs',
        keepContainers: true,
        prepare: (applicationId) => {
          application = applicationId;
          return stageJob(shared, applicationId, job);
        },
      },
    ],
    { accepted: () => undefined, told: () => undefined, forgotten: () => void faults.push('the job was forgotten') },
  );
  options.prepare?.({ sim, net, shared, nodes, machines: [rmMachine, clientMachine, ...nodes.map((n) => n.machine)] });
  activate(sim);
  try {
    await sim.run(untilMs, () => client.allEnded);
    const endedAtMs = sim.nowMs;
    await sim.run(sim.nowMs + REST_MS);
    for (const { rule, message } of sim.violations) faults.push(`${rule}: ${message}`);
    const [entry] = client.ledger;
    if (!entry || !application) throw new Error('the job was not submitted');
    return {
      points,
      entry,
      endedAtMs,
      began,
      committed,
      history: await historyOf(shared, application),
      output: filesBelow(shared, outputDirOf(application)),
      staged: Object.keys(filesBelow(shared, stagingFolderOf(application, job.user))),
      live: liveOn(nodes),
      faults,
      traceHash: sim.trace.hash,
      trace: sim.trace.text(),
    };
  } finally {
    activate(undefined);
    for (const { disk } of [rmMachine, clientMachine, ...nodes.map((node) => node.machine)]) disk.dispose();
    shared.dispose();
  }
}

function liveOn(nodes: readonly SimNode[]): readonly string[] {
  return nodes.flatMap(({ machine }) =>
    machine
      .running()
      .filter((process) => process.role !== 'nm')
      .map(({ id }) => id),
  );
}

function filesBelow(disk: Disk, folder: string): Readonly<Record<string, string>> {
  const paths = disk.paths().filter((path) => path.startsWith(`${folder}/`));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), disk.read(path).toString()]));
}

async function historyOf(disk: Disk, application: ApplicationId): Promise<readonly HistoryEvent[]> {
  const path = disk
    .paths()
    .find((one) => one.startsWith(DONE_DIR) && one.includes(jobId(application)) && one.includes('.jhist'));
  if (path === undefined) return [];
  const bytes = disk.read(path);

  const stream = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  return (await readHistory(path, { stream })).events;
}
