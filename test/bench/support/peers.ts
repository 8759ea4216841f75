/**
 * Where the peers are, if they are: a folder of set-up scripts (`BOBBIN_PEERS`, else `shared/peers` beside the checkout) and what they
 * installed (`PEERS_HOME`, else ~/.cache/bobbin-peers). A benchmark goes on without those that are missing, and says so.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './benchmark.js';
import { isExecutable, onPath, runCommand, type Ran } from './command.js';

/** The folder of the peers' scripts. */
export function peersFolder({ root }: Bench): string {
  return process.env['BOBBIN_PEERS'] ?? join(root, '../shared/peers');
}

/** The folder where the peers' scripts install. */
export function peersHome(): string {
  return process.env['PEERS_HOME'] ?? join(homedir(), '.cache/bobbin-peers');
}

/** The script that runs a real Hadoop and its scheduler, where it has been set up (`hadoop setup`) and a JDK is there. */
export function hadoopPeer(bench: Bench): string | undefined {
  const script = join(peersFolder(bench), 'hadoop');
  const setUp = existsSync(join(peersHome(), 'hadoop/bench/CapacitySchedulerBench.class'));
  return isExecutable(script) && setUp && onPath('java') ? script : undefined;
}

/** Why `hadoopPeer` finds none. */
export const HADOOP_ABSENT = 'not installed: needs a JDK 17, Maven and `hadoop setup` of the peers';

/** The Rust word count, where it has been built (`cargo build --release`, with `rust-src` of the peers' home as its folder). */
export function rustPeer(): string | undefined {
  const file = join(peersHome(), 'rust-src/target/release/rust-wordcount');
  return isExecutable(file) ? file : undefined;
}

/** Why `rustPeer` finds none. */
export const RUST_ABSENT = 'not installed: needs cargo and the built rust-wordcount of the peers';

export interface SparkPeer {
  /** Runs one of the peers' scripts. */
  run(script: string, input: string, output: string): Promise<Ran>;
}

/** Spark in local mode, where `spark` of the peers' home is a Python environment that has pyspark. */
export function sparkPeer(bench: Bench): SparkPeer | undefined {
  const python = join(peersHome(), 'spark/bin/python');
  const submit = join(peersHome(), 'spark/bin/spark-submit');
  if (!isExecutable(python) || !isExecutable(submit) || !onPath('java')) return undefined;
  return {
    run: (script, input, output) => runCommand(python, [join(peersFolder(bench), script), input, output]),
  };
}

/** Why `sparkPeer` finds none. */
export const SPARK_ABSENT =
  'not installed: needs a JDK 17 and a Python environment with pyspark in the home of the peers';
