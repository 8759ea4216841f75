/** `bobbin job timeline`: where a job's time went, from its history alone. Hadoop has none; Tez's Swimlanes tool is near. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { messageOf } from '@bobbin/common';
import { CommandError } from '../errors.js';
import { findJobHistory } from '../history/find-history.js';
import { withClusterOptions } from '../options.js';
import type { CommandIO } from '../output/io.js';
import type { ClusterSelection } from '../session.js';
import { criticalPath } from './critical-path.js';
import { PHASES, sumByPhase, timelineOf, type JobTimeline } from './timeline.js';
import { timelineSvg } from './timeline-svg.js';
import { timelineLines } from './timeline-text.js';

const COLUMNS = 100;

interface TimelineOptions extends ClusterSelection {
  readonly json?: boolean;
  /** File to write. */
  readonly svg?: string;
}

/** `job`: the command it belongs to. */
export function registerTimelineCommand(job: Command, io: CommandIO): void {
  withClusterOptions(job.command('timeline').description('where the time of a job went, running or over'))
    .argument('<file-or-job>', 'the id of a job, or a history file of ours or of Hadoop')
    .option('--svg <file>', 'write a drawing to this file too; one that is there is replaced')
    .action(async (fileOrJob: string, options: TimelineOptions) => {
      const { path, jobId, events, truncated } = await findJobHistory(fileOrJob, options, io);
      if (truncated !== undefined) io.warn(`'${path}' is incomplete, ${truncated}; what stands before that is drawn`);
      const timeline = timelineOf(jobId, events, io.clock.now());
      if (options.svg !== undefined) await write(options.svg, timelineSvg(timeline));
      if (options.json) return io.print(JSON.stringify(asJson(timeline)));
      for (const line of timelineLines(timeline, io.terminal?.columns ?? COLUMNS)) io.print(line);
    });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new CommandError(`'${file}' cannot be written: ${messageOf(error)}`, error);
  }
}

/** Phases with their time on the path, and all attempts'. */
function asJson(timeline: JobTimeline): object {
  const path = criticalPath(timeline);
  const onPath = sumByPhase(path);
  const inAll = sumByPhase(timeline.attempts.flatMap(({ spans }) => spans));
  const totalMs = timeline.endMs - timeline.startMs;
  const phases = PHASES.map((phase) => ({ phase, ms: onPath.get(phase) ?? 0, allTasksMs: inAll.get(phase) ?? 0 }));
  return { ...timeline, totalMs, phases, path };
}
