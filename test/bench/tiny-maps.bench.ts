/**
 * 200 maps that do next to nothing and one reduce, in containers, on two slots: with the containers reused, and with a new process for
 * each task. Each map reads one short line; the answer is compared with coreutils'.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCluster, type BenchCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { digestOfLines, mustEqual, partFiles } from './support/checksum.js';
import { bareNode } from './support/command.js';
import { countWords } from './support/text.js';

const MAPS = 200;
const REUSE = 'bobbin.job.container-reuse.enable';

export const benchmark: Benchmark = {
  name: 'tiny-maps',
  title: `${MAPS} maps that do next to nothing and one reduce, one node with two slots, submit to done`,
  runs: 3,
  // One vcore for the AppMaster, which waits more than it works, and one for each slot.
  run: (bench) => withCluster(bench, 1, ['-D', 'yarn.nodemanager.resource.cpu-vcores=3'], (c) => measure(bench, c)),
};

async function measure(bench: Bench, cluster: BenchCluster): Promise<Result> {
  const folder = join(bench.dir, 'lines');
  mkdirSync(folder);
  const files = Array.from({ length: MAPS }, (_, n) => {
    const file = join(folder, `line-${n}.txt`);
    writeFileSync(file, `one line ${n}\n`);
    return file;
  });
  const theirs = join(bench.dir, 'expected');
  await countWords(files, theirs);
  const expected = await digestOfLines([theirs]);
  const job = join(bench.root, 'examples/wordcount/wordcount.ts');
  const output = join(bench.dir, 'out');

  const submit = async (reuse: boolean): Promise<Sample> => {
    const options = ['-D', `${REUSE}=${reuse}`, '-D', 'mapreduce.job.ubertask.enable=false'];
    const ran = await cluster.submit(job, '--input', folder, '--output', output, ...options);
    mustEqual('tiny-maps', await digestOfLines(partFiles(output)), expected);
    rmSync(output, { recursive: true });
    await cluster.quiet();
    return { value: ran.seconds, peakMb: ran.peakMb };
  };
  const rows = await inTurn(bench, [
    { what: 'with reuse', unit: 's', budget: '<= 6 s', measure: () => submit(true) },
    { what: 'a new process each', unit: 's', budget: '<= 20 s', measure: () => submit(false) },
    { what: 'a Node that does nothing', unit: 'ms', measure: bareNode },
  ]);
  const [reuse, noReuse, node] = rows;
  return {
    rows,
    figures: {
      reuse_s: reuse ? medianOf(reuse, 2) : null,
      no_reuse_s: noReuse ? medianOf(noReuse, 2) : null,
      bare_node_ms: node ? medianOf(node) : null,
    },
  };
}
