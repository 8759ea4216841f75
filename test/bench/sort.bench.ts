/**
 * Sort of 10 million lines of 100 bytes (1 GB) in two slots of 512 MB, beside GNU sort with two threads and 1 GB, and Spark with two
 * threads and 4 GB. Every result is compared with GNU sort's, byte for byte. `--lines N` for another size.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { digestOf, mustEqual, partFiles } from './support/checksum.js';
import { runCommand } from './support/command.js';
import { randomLines } from './support/large-input.js';
import { SPARK_ABSENT, sparkPeer } from './support/peers.js';
import { twoSlotJob, withTwoSlots } from './support/two-slots.js';

const LINES = 10_000_000;

export const benchmark: Benchmark = {
  name: 'sort',
  title: 'sort of 1 GB of 100-byte lines, two slots of 512 MB',
  runs: 5,
  run: (bench) => withTwoSlots(bench, (cluster) => measure(bench, cluster)),
};

async function measure(bench: Bench, cluster: BenchCluster): Promise<Result> {
  const input = join(bench.dir, 'lines.txt');
  const output = join(bench.dir, 'sorted');
  randomLines(input, Number(bench.options['lines'] ?? LINES));
  const job = join(bench.root, 'examples/sort/sort.ts');
  let expected = '';

  const gnu = async (): Promise<Sample> => {
    const args = ['--parallel=2', '-S', '1G', '-T', bench.dir, '-o', output, input];
    const { seconds, peakMb } = await runCommand('sort', args, { env: { LC_ALL: 'C' } });
    expected = await digestOf([output]);
    rmSync(output);
    return { value: seconds, peakMb };
  };
  const ours = async (): Promise<Sample> => {
    const { seconds, peakMb } = await cluster.submit(job, '--input', input, '--output', output, ...twoSlotJob);
    mustEqual('sort', await digestOf(partFiles(output)), expected);
    rmSync(output, { recursive: true });
    await cluster.quiet();
    return { value: seconds, peakMb };
  };
  const python = sparkPeer(bench);
  const spark = async (): Promise<Sample> => {
    const { seconds, peakMb } = (await python?.run('spark_sort.py', input, output)) ?? { seconds: NaN, peakMb: NaN };
    mustEqual('sort by Spark', await digestOf(partFiles(output)), expected);
    rmSync(output, { recursive: true });
    return { value: seconds, peakMb };
  };

  await gnu();
  const rows = await inTurn(bench, [
    { what: 'bobbin', unit: 's', budget: '<= 0.8 x GNU sort', measure: ours },
    { what: 'sort --parallel=2 -S 1G', unit: 's', measure: gnu },
    { what: 'Spark local[2]', unit: 's', absent: SPARK_ABSENT, measure: python && spark },
  ]);
  const [bobbin, gnuRow, sparkRow] = rows.map((row) => medianOf(row, 2));
  const ratio = ((bobbin ?? NaN) / (gnuRow ?? NaN)).toFixed(2);
  return {
    rows,
    figures: { ours_s: bobbin ?? null, gnu_s: gnuRow ?? null, spark_s: sparkRow ?? null },
    notes: [`bobbin / GNU sort: ${ratio}. Every output is equal to GNU sort's, byte for byte.`],
  };
}
