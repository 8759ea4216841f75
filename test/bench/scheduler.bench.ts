/**
 * The scheduler in process: containers per second of the FIFO policy in its shell, with real RMContainers, as nodes, applications and
 * asks grow, with and without locality; beside it Hadoop's CapacityScheduler with the same load, where it is installed.
 */
import { inTurn, median, medianOf, type Bench, type Benchmark, type Result } from './support/benchmark.js';
import { runCommand } from './support/command.js';
import { runPackageBench } from './support/package-bench.js';
import { HADOOP_ABSENT, hadoopPeer } from './support/peers.js';

interface Rates {
  readonly cold: number;
  readonly warm: number;
}

const NODES = [100, 1000, 5000, 10_000];
const ASKS = 10_000;
const APPS = 2;

export const benchmark: Benchmark = {
  name: 'scheduler',
  title: 'scheduler in process: containers per second, all asks at once until every container is there, warm',
  runs: 3,
  run: measure,
};

async function measure(bench: Bench): Promise<Result> {
  const ours = async (nodes: number, asks: number, apps: number, locality: 'any' | 'local') => {
    const { warm } = await runPackageBench<Rates>(bench, 'resourcemanager', 'scheduler', [nodes, asks, apps, locality]);
    return { value: warm };
  };
  const hadoop = hadoopPeer(bench);
  const what = (nodes: number, asks: number, apps: number): string =>
    [`${nodes} nodes`, `${asks} asks`, `${apps} applications`].join(', ');
  const unit = 'containers/s';
  const rows = await inTurn(bench, [
    ...NODES.map((nodes) => ({
      what: what(nodes, Math.min(ASKS, nodes * 50), APPS),
      unit,
      measure: () => ours(nodes, Math.min(ASKS, nodes * 50), APPS, 'any'),
      ...(nodes === 5000 && { budget: ">= 1.5 x Hadoop's" }),
    })),
    {
      what: `Hadoop's CapacityScheduler, ${what(5000, ASKS, APPS)}`,
      unit,
      absent: HADOOP_ABSENT,
      measure: hadoop === undefined ? undefined : async () => ({ value: await hadoopRate(hadoop) }),
    },
    { what: `${what(5000, ASKS, APPS)}, with locality`, unit, measure: () => ours(5000, ASKS, APPS, 'local') },
    { what: what(5000, ASKS, 1000), unit, measure: () => ours(5000, ASKS, 1000, 'any') },
    { what: what(5000, 100_000, 1000), unit, measure: () => ours(5000, 100_000, 1000, 'any') },
    { what: `${what(5000, 100_000, 100)}, with locality`, unit, measure: () => ours(5000, 100_000, 100, 'local') },
  ]);
  const at = NODES.indexOf(5000);
  const [own, theirs] = [rows[at], rows[NODES.length]];
  const points = NODES.map((nodes, n): [number, number] => [
    nodes,
    medianOf(rows[n] ?? { what: '', unit, samples: [] }) ?? 0,
  ]);
  return {
    rows,
    figures: {
      nodes_5000_per_s: own ? medianOf(own) : null,
      hadoop_5000_per_s: theirs ? medianOf(theirs) : null,
    },
    plots: [
      { name: 'scheduler', title: 'FIFO policy, 10,000 asks', unit, x: 'nodes', series: [{ label: 'Bobbin', points }] },
    ],
    notes: [
      "Both: warm rounds of a process that asked, was served and gave back before. Hadoop's runs with one assignment a node update, driven",
      'by node updates in a circle, and makes no tokens here; ours decides all that can be given at once, without updates.',
    ],
  };
}

/** The median of its rounds but for the first. */
async function hadoopRate(script: string): Promise<number> {
  const { stdout } = await runCommand(script, ['scheduler', '5000', String(ASKS), String(APPS)]);
  const rates = [...stdout.matchAll(/= (\d+) containers\/s/g)].map((match) => Number(match[1]));
  return median(rates.slice(1));
}
