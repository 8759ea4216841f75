/**
 * A small job on a warm cluster: two maps and one reduce over 1 MB, from its submission until the client knows that it is done, in
 * containers and in the AppMaster's own: by a client that was started before, as the budget has it, and beside it the
 * whole command from before its process starts. The answer is compared with coreutils'.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { withCluster, type BenchCluster, type JobDone } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { digestOfLines, mustEqual, partFiles } from './support/checksum.js';
import { bareNode } from './support/command.js';
import { countWords, someText } from './support/text.js';

type Kind = 'containers' | 'uber';

export const benchmark: Benchmark = {
  name: 'small-job',
  title: 'word count of 1 MB, two maps and one reduce, warm cluster of one node, submit to done',
  runs: 15,
  run: (bench) => withCluster(bench, 1, [], (cluster) => measure(bench, cluster)),
};

async function measure(bench: Bench, cluster: BenchCluster): Promise<Result> {
  const { folder, files } = someText(bench, 'text', 2, 1e6);
  const theirs = join(bench.dir, 'expected');
  await countWords(files, theirs);
  const expected = await digestOfLines([theirs]);
  const job = join(bench.root, 'examples/wordcount/wordcount.ts');
  const output = join(bench.dir, 'out');
  const options = (kind: Kind): string[] => {
    return [job, '--input', folder, '--output', output, '-D', `mapreduce.job.ubertask.enable=${kind === 'uber'}`];
  };
  const check = async (kind: Kind, { isUber }: JobDone): Promise<void> => {
    if (isUber !== (kind === 'uber')) throw new Error(`the job ran ${isUber ? '' : 'not '}as uber`);
    mustEqual('small-job', await digestOfLines(partFiles(output)), expected);
    rmSync(output, { recursive: true });
    await cluster.quiet();
  };
  const warm = async (kind: Kind): Promise<Sample> => {
    const ran = await cluster.submitWarm(...options(kind));
    await check(kind, ran.job);
    return { value: ran.ms };
  };
  const whole = async (kind: Kind): Promise<Sample> => {
    const ran = await cluster.submit(...options(kind));
    await check(kind, ran.job);
    return { value: ran.seconds * 1000, peakMb: ran.peakMb };
  };
  for (const kind of ['containers', 'uber'] as const) {
    await warm(kind);
    await whole(kind);
  }

  const unit = 'ms';
  const rows = await inTurn(bench, [
    { what: 'in containers', unit, budget: '<= 700 ms', measure: () => warm('containers') },
    { what: 'uber', unit, budget: '<= 300 ms', measure: () => warm('uber') },
    { what: 'in containers, the whole command', unit, measure: () => whole('containers') },
    { what: 'uber, the whole command', unit, measure: () => whole('uber') },
    { what: 'a Node that does nothing', unit, measure: bareNode },
  ]);
  const [containers, uber, containersCommand, uberCommand, node] = rows.map((row) => medianOf(row));
  return {
    rows,
    figures: {
      containers_p50_ms: containers ?? null,
      uber_p50_ms: uber ?? null,
      containers_command_p50_ms: containersCommand ?? null,
      uber_command_p50_ms: uberCommand ?? null,
      bare_node_p50_ms: node ?? null,
    },
    notes: [
      'Submit to done: all that `bobbin job submit` does, from its arguments to its end (bundling, splits, staging and history ' +
        'included), in a client that has been started before. The whole command: the start of that process as well.',
    ],
  };
}
