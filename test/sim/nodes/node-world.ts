/**
 * One NodeManager, its machine, and a ScriptedRM, for the NodeManager's own sweeps: death is placed at the n-th point of its lives, and a
 * supervisor starts it again.
 */
import { Configuration, nodeId, type ContainerLaunchContext } from '@bobbin/common';
import { SqliteNMStateStore, type NMStateTable } from '@bobbin/nodemanager';
import { Disk } from '../disk.js';
import { activate } from '../guards.js';
import { Machine, type ProcessWatcher, type SimProcess } from '../machine.js';
import { Net } from '../net.js';
import { Simulator } from '../simulator.js';
import { Trace } from '../trace.js';
import { ScriptedRM } from './scripted-rm.js';
import { simNodeManager } from './sim-node-manager.js';
import { SimNode, type Executable } from './sim-node.js';

export interface NodeRun {
  /** Points of death that the NodeManager passed in all its lives, by name in their order. */
  readonly points: readonly string[];
  readonly rm: ScriptedRM;
  readonly node: SimNode;
  /** Rows that are left, by table. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Log lines of level error, and what nobody caught. */
  readonly faults: readonly string[];
  readonly traceHash: string;
  readonly trace: readonly string[];
}

export interface NodeScenario {
  readonly launchContext: ContainerLaunchContext;
  readonly executables: ReadonlyMap<string, Executable>;
  readonly stopAfterMs?: number;
  readonly properties?: Readonly<Record<string, string>>;
  /** Files on the shared file system. */
  readonly shared?: Readonly<Record<string, string>>;
}

export interface NodeRunOptions {
  readonly seed?: number;
  /** Numbers of the points, from 0, at which the NodeManager dies. */
  readonly deaths?: readonly number[];
  readonly restartAfterMs?: number;
  /** How long the world runs. */
  readonly untilMs?: number;
  readonly keepTrace?: boolean;
}

const NM_PORT = 45_454;
const RM_PORT = 8031;
const SECRET = Buffer.alloc(32, 7);
const TABLES: readonly NMStateTable[] = ['applications', 'containers', 'launches', 'kills', 'completions', 'deletions'];

export async function runNode(scenario: NodeScenario, options: NodeRunOptions = {}): Promise<NodeRun> {
  const { seed = 1, deaths = [], restartAfterMs = 500, untilMs = 20_000, keepTrace = false } = options;
  const sim = new Simulator(seed, new Trace(keepTrace ? 'all' : 'none'));
  const points: string[] = [];
  const faults: string[] = [];
  const watcher: ProcessWatcher = {
    crashPoint: (process, name) => process.name === 'nm' && deaths.includes(points.push(name) - 1),
    logged: (process, level, message) => void (level === 'error' && faults.push(`${process.id}: ${message}`)),
    faulted: (process, error) => void faults.push(`${process.id}: ${String(error)}`),
    started: () => undefined,
    died: (process: SimProcess) => {
      if (process.name === 'nm') sim.schedule(restartAfterMs, undefined, 'supervisor', start);
    },
  };
  const net = new Net(sim, { callFault: () => undefined, served: () => undefined });
  const [rmMachine, machine] = ['rm', 'node1'].map((host) => new Machine(sim, net, host, watcher)) as [
    Machine,
    Machine,
  ];
  for (const one of [rmMachine, machine]) net.add(one);
  const shared = new Disk(sim, 'shared');
  for (const [path, content] of Object.entries(scenario.shared ?? {})) {
    shared.mkdirs(path.slice(0, path.lastIndexOf('/')) || '/');
    shared.write(path, Buffer.from(content));
  }
  const node = new SimNode(machine, scenario.executables);
  const conf = Configuration.fromProperties({
    'yarn.nodemanager.address': `node1:${NM_PORT}`,
    'yarn.nodemanager.webapp.address': 'node1:8042',
    'yarn.nodemanager.local-dirs': '/local/a,/local/b',
    'yarn.nodemanager.log-dirs': '/logs',
    'yarn.nodemanager.recovery.dir': '/state',
    'yarn.nodemanager.resource.memory-mb': '4096',
    'yarn.nodemanager.resource.cpu-vcores': '4',
    'yarn.resourcemanager.address': `rm:${RM_PORT}`,
    'mapreduce.shuffle.port': '13562',
    'bobbin.security.secret-file': '/etc/secret',
    ...scenario.properties,
  });
  const program = simNodeManager(node, { conf, shared, secret: SECRET });
  const start = (): void => void machine.spawn({ name: 'nm', role: 'nm' }, program);
  const rm = new ScriptedRM({ port: RM_PORT, secret: SECRET, nodeId: nodeId('node1', NM_PORT), ...scenario });
  rmMachine.spawn({ name: 'rm', role: 'rm' }, rm.program);
  start();
  activate(sim);
  try {
    await sim.run(untilMs);
  } finally {
    activate(undefined);
  }
  for (const { rule, message } of sim.violations) faults.push(`${rule}: ${message}`);
  const store = new SqliteNMStateStore(machine.disk.database('/state/nodemanager.db'));
  const rows = Object.fromEntries(TABLES.map((table) => [table, [...store.rows(table).keys()]]));
  for (const disk of [machine.disk, rmMachine.disk, shared]) disk.dispose();
  return { points, rm, node, rows, faults, traceHash: sim.trace.hash, trace: sim.trace.text() };
}
