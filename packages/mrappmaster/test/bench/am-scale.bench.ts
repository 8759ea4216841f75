/**
 * A whole AppMaster with as many maps as it is told, on a simulated RM and simulated nodes, its children in the same process over
 * wires of memory: `am-scale.bench.ts MAPS ROOM`. Everything of the AM is real: machines, allocator, launcher, listener, frames and
 * proofs of the umbilical, history file. The children's side of the calls is part of the time and of the memory. Prints one JSON
 * object.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { aStand } from '../support/app-master-stand.js';
import { memoryWires } from './memory-wires.js';

/** What a map of a word count counts, with figures of a usual length. */
const COUNTERS = {
  MAP_INPUT_RECORDS: 1_236_410,
  MAP_OUTPUT_RECORDS: 11_417_233,
  MAP_OUTPUT_BYTES: 108_447_120,
  MAP_OUTPUT_MATERIALIZED_BYTES: 23_512_880,
  SPLIT_RAW_BYTES: 118,
  COMBINE_INPUT_RECORDS: 11_417_233,
  COMBINE_OUTPUT_RECORDS: 1_302_118,
  SPILLED_RECORDS: 1_302_118,
  FAILED_SHUFFLE: 0,
  MERGED_MAP_OUTPUTS: 0,
  GC_TIME_MILLIS: 184,
  CPU_MILLISECONDS: 3_820,
  PHYSICAL_MEMORY_BYTES: 203_550_720,
  VIRTUAL_MEMORY_BYTES: 1_203_550_720,
  COMMITTED_HEAP_BYTES: 48_550_720,
  MAP_PHYSICAL_MEMORY_BYTES_MAX: 203_550_720,
  MAP_VIRTUAL_MEMORY_BYTES_MAX: 1_203_550_720,
};

const [, , maps = '1000', room = '1000'] = process.argv;
const dir = mkdtempSync(join(tmpdir(), 'bobbin-am-scale-'));
try {
  const hosts = Array.from({ length: 50 }, (_, n) => `node-${n}`);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const { master, cluster, historyFile } = aStand(dir, {
    maps: Number(maps),
    reduces: 1,
    room: Number(room),
    hosts,
    wires: memoryWires(),
    properties: {
      'bobbin.job.container-reuse.enable': 'true',
      // The reduce here waits for nobody: a job whose reduces are done is over.
      'mapreduce.job.reduce.slowstart.completedmaps': '1',
    },
    script: (task, child) => child.report(task, 0.5, task.type === 'MAP' ? COUNTERS : {}),
  });
  delays.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const code = await master.run();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delays.disable();
  if (code !== 0 || cluster.finished?.status !== 'SUCCEEDED') throw new Error(`the job ended as ${code}`);
  console.log(
    JSON.stringify({
      maps: Number(maps),
      completions_per_s: Math.round(Number(maps) / seconds),
      completions_per_cpu_s: Math.round((Number(maps) * 1e6) / (user + system)),
      rss_mb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
      history_bytes_per_task: Math.round(statSync(await historyFile()).size / (Number(maps) + 1)),
      longest_block_ms: Math.round(delays.max / 1e6),
    }),
  );
} finally {
  rmSync(dir, { recursive: true });
}
process.exit(0);
