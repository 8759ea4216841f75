/** `bobbin history show|export|replay`: what a job's history tells, from its file alone. Hadoop: `mapred job -history`. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { formatJhist, JHIST_FORMATS, JobInfo, messageOf, type JhistFormat } from '@bobbin/common';
import { CommandError } from '../errors.js';
import { withClusterOptions } from '../options.js';
import { counterTitles } from '../output/counters.js';
import type { CommandIO } from '../output/io.js';
import type { ClusterSelection } from '../session.js';
import { findJobHistory } from './find-history.js';
import { historyAsJson, historyLines } from './history-lines.js';
import { replay, type ReplayOptions } from './replay.js';

interface Common extends ClusterSelection {
  readonly json?: boolean;
}

interface Export extends Common {
  readonly format: JhistFormat;
  readonly output?: string;
}

const FILE_OR_JOB = 'a history file of ours or of Hadoop, or the id of a job';

export function registerHistoryCommands(program: Command, io: CommandIO): void {
  const history = program.command('history').description('histories of jobs, running or over');

  withClusterOptions(history.command('show').description('what happened in a job: tasks, times, failures, counters'))
    .argument('<file-or-job>', FILE_OR_JOB)
    .action(async (fileOrJob: string, options: Common) => {
      const { path, jobId, format, events, truncated } = await findJobHistory(fileOrJob, options, io);
      const info = new JobInfo(jobId);
      for (const event of events) info.add(event);
      if (truncated !== undefined) io.warn(`'${path}' is incomplete, ${truncated}; what follows stands before that`);
      if (options.json) return io.print(JSON.stringify({ file: path, format, truncated, ...historyAsJson(info) }));
      for (const line of historyLines(info)) io.print(line);
    });

  withClusterOptions(history.command('export').description('write a history as a .jhist of Hadoop'))
    .argument('<file-or-job>', FILE_OR_JOB)
    .addOption(new Option('--format <format>', 'encoding of the events').choices(JHIST_FORMATS).default('binary'))
    .option('--output <file>', 'file to write; must not exist (else the job id with .jhist)')
    .action(async (fileOrJob: string, options: Export) => {
      const { path, jobId, events, truncated } = await findJobHistory(fileOrJob, options, io);
      const output = options.output ?? `${jobId}.jhist`;
      try {
        await pipeline(formatJhist(events, options.format, counterTitles), createWriteStream(output, { flags: 'wx' }));
      } catch (error) {
        throw new CommandError(`'${output}' cannot be written: ${messageOf(error)}`, error);
      }
      if (truncated !== undefined)
        io.warn(`'${path}' is incomplete, ${truncated}; what stands before that was exported`);
      const answer = { file: output, format: options.format, events: events.length };
      io.print(options.json ? JSON.stringify(answer) : `Wrote ${events.length} events to ${output}`);
    });

  withClusterOptions(history.command('replay').description("drive the AppMaster's machines by a history"))
    .argument('<file-or-job>', FILE_OR_JOB)
    .option('--step', 'a line for each event: record, event, entity, state from > to')
    .addHelpText(
      'after',
      '\nExit codes: 0 they reach the states it tells, 1 they do not: the first event that differs is named',
    )
    .action(async (fileOrJob: string, options: Common & ReplayOptions) => {
      const { path, events, truncated } = await findJobHistory(fileOrJob, options, io);
      if (truncated !== undefined)
        io.warn(`'${path}' is incomplete, ${truncated}; what stands before that is replayed`);
      await replay(events, io, options);
    });
}
