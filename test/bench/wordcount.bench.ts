/**
 * Word count of 1.2 GB of source text in two slots, with both levels of the API, beside Rust, mawk, Spark and Hadoop. The counts are
 * compared with those of Rust and mawk, or of coreutils where neither is there. The slow peers (mawk, Hadoop) run once.
 * `--peers rust,spark` leaves the others out.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchCluster } from './support/bench-cluster.js';
import { inTurn, medianOf, type Bench, type Benchmark, type Result, type Sample } from './support/benchmark.js';
import { digestOfLines, mustEqual, partFiles } from './support/checksum.js';
import { onPath, runCommand } from './support/command.js';
import { largeText } from './support/large-input.js';
import { HADOOP_ABSENT, hadoopPeer, RUST_ABSENT, rustPeer, SPARK_ABSENT, sparkPeer } from './support/peers.js';
import { countWords } from './support/text.js';
import { twoSlotJob, withTwoSlots } from './support/two-slots.js';

const MAWK = String.raw`BEGIN{RS="[ \t\n\r\f]+"} length($0){c[$0]++} END{for(w in c) print w"\t"c[w]}`;

export const benchmark: Benchmark = {
  name: 'wordcount',
  title: 'word count of 1.2 GB of text, two slots of 512 MB, sorted output',
  runs: 3,
  run: (bench) => withTwoSlots(bench, (cluster) => measure(bench, cluster)),
};

async function measure(bench: Bench, cluster: BenchCluster): Promise<Result> {
  const { file: input, what } = await largeText(bench);
  const output = join(bench.dir, 'counts');
  const { peers } = bench.options;
  const wanted = (peer: string): boolean => peers === undefined || peers.split(',').includes(peer);
  const rust = wanted('rust') ? rustPeer() : undefined;
  const spark = wanted('spark') ? sparkPeer(bench) : undefined;
  const hadoop = wanted('hadoop') ? hadoopPeer(bench) : undefined;
  const hasMawk = wanted('mawk') && onPath('mawk');
  let expected: string | undefined;

  const agree = async (who: string, files: readonly string[]): Promise<void> => {
    const digest = await digestOfLines(files);
    expected ??= digest;
    mustEqual(`word count by ${who}`, digest, expected);
  };
  const ours = (job: string) => async (): Promise<Sample> => {
    const file = join(bench.root, 'examples/wordcount', job);
    const { seconds, peakMb } = await cluster.submit(file, '--input', input, '--output', output, ...twoSlotJob);
    await agree(job, partFiles(output));
    rmSync(output, { recursive: true });
    await cluster.quiet();
    return { value: seconds, peakMb };
  };
  const byRust = async (): Promise<Sample> => {
    const { seconds, peakMb } = await runCommand(rust ?? '', [input, output]);
    await agree('Rust', [output]);
    rmSync(output);
    return { value: seconds, peakMb };
  };
  const byMawk = async (): Promise<Sample> => {
    const script = 'mawk "$1" "$2" > "$3"';
    const { seconds, peakMb } = await runCommand('bash', ['-c', script, '_', MAWK, input, output], {
      env: { LC_ALL: 'C' },
    });
    await agree('mawk', [output]);
    rmSync(output);
    return { value: seconds, peakMb };
  };
  const bySpark = async (): Promise<Sample> => {
    const ran = await spark?.run('spark_wordcount.py', input, output);
    rmSync(output, { recursive: true });
    return { value: ran?.seconds ?? NaN, peakMb: ran?.peakMb ?? NaN };
  };
  const byHadoop = async (): Promise<Sample> => {
    await runCommand(hadoop ?? '', ['start']);
    try {
      const { seconds, peakMb } = await runCommand(hadoop ?? '', ['job', 'wordcount', input, `file://${output}`]);
      return { value: seconds, peakMb };
    } finally {
      await runCommand(hadoop ?? '', ['stop']);
      rmSync(output, { recursive: true, force: true });
    }
  };

  const [mawk] = await inTurn({ ...bench, runs: 1 }, [
    { what: 'mawk', unit: 's', measure: hasMawk ? byMawk : undefined },
  ]);
  if (expected === undefined && rust === undefined) {
    await countWords([input], output);
    await agree('coreutils', [output]);
  }
  const rows = await inTurn(bench, [
    {
      what: 'Rust, one thread, unsorted',
      unit: 's',
      absent: RUST_ABSENT,
      measure: rust === undefined ? undefined : byRust,
    },
    {
      what: 'bobbin, bytes',
      unit: 's',
      budget: '<= 0.35 x Spark, <= 1.3 x Rust',
      measure: ours('wordcount-bytes.ts'),
    },
    { what: 'bobbin, strings', unit: 's', budget: '<= 0.6 x Spark', measure: ours('wordcount.ts') },
    { what: 'Spark local[2]', unit: 's', absent: SPARK_ABSENT, measure: spark && bySpark },
  ]);
  const [hadoopRow] = await inTurn({ ...bench, runs: 1 }, [
    {
      what: 'Hadoop, one node',
      unit: 's',
      absent: HADOOP_ABSENT,
      measure: hadoop === undefined ? undefined : byHadoop,
    },
  ]);
  const [rust_s = null, byte_s = null, friendly_s = null, spark_s = null] = rows.map((row) => medianOf(row, 2));
  const ratio = (a: number | null, b: number | null): string => (a === null || b === null ? '-' : (a / b).toFixed(2));
  return {
    rows: [...rows, ...(mawk ? [mawk] : []), ...(hadoopRow ? [hadoopRow] : [])],
    figures: {
      byte_s,
      friendly_s,
      rust_s,
      mawk_s: mawk ? medianOf(mawk, 2) : null,
      spark_s,
      hadoop_s: hadoopRow ? medianOf(hadoopRow, 2) : null,
    },
    notes: [
      `Text: ${what}. Bytes / Rust ${ratio(byte_s, rust_s)}, bytes / Spark ${ratio(byte_s, spark_s)}, strings / Spark ${ratio(friendly_s, spark_s)}.`,
      'All counts of ours are equal to those of Rust and mawk, or coreutils.',
    ],
  };
}
