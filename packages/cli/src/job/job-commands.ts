/** `bobbin job submit|list|status|kill|counters|timeline|logs`. Hadoop: `mapred job`, `yarn jar`. */
import type { Command } from 'commander';
import { messageOf, parseJobId, type JobId } from '@bobbin/common';
import { isTerminal } from '@bobbin/client';
import { CommandError } from '../errors.js';
import { logOptions, showLogs, type LogOptions } from '../logs/show-logs.js';
import { jobIdArgument, withClusterOptions } from '../options.js';
import { counterLines, findCounter } from '../output/counters.js';
import type { CommandIO } from '../output/io.js';
import { withSession, type ClusterSelection } from '../session.js';
import { registerTimelineCommand } from '../timeline/timeline-command.js';
import { applicationOfJob, findJob } from './find-job.js';
import { followJob, INTERRUPTED } from './follow-job.js';
import { jobAsJson, jobListLines, jobStateOf, jobStatusLines } from './job-lines.js';
import type { SubmitOptions } from './job-request.js';
import { submitJob } from './submit-job.js';

interface Common extends ClusterSelection {
  readonly json?: boolean;
}

interface Submit extends Common, SubmitOptions {
  /** False with `--no-wait`. */
  readonly wait: boolean;
}

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export function registerJobCommands(program: Command, io: CommandIO, exitWith: (code: number) => void): void {
  const job = program.command('job').description('MapReduce jobs');

  withClusterOptions(job.command('submit').description('run a job and show it until it ends; Ctrl-C kills it'))
    .argument('<file>', 'job file: TypeScript or JavaScript that exports a job as default')
    .option('--input <path>', 'file, folder or pattern to read; may be given again', collect, [])
    .option('--output <path>', 'folder of the result; must not exist')
    .option('--name <name>', 'name of the job')
    .option('--queue <queue>', 'queue to submit to')
    .option('--no-wait', 'return once the job is accepted; Ctrl-C then leaves it running')
    .addHelpText(
      'after',
      '\nExit codes: 0 the job succeeded (or was accepted, with --no-wait), 1 it did not, 2 wrong usage, 130 ended by Ctrl-C',
    )
    .action((file: string, options: Submit) =>
      withSession(options, io, async (session) => {
        let interrupted = false;
        const stopListening = io.onInterrupt(() => (interrupted = true));
        const submitted = await submitJob(session, io, file, options, () => interrupted)
          .catch((error: unknown) => {
            if (!interrupted) throw error;
            io.warn(messageOf(error));
            return undefined;
          })
          .finally(stopListening);
        if (!submitted) return exitWith(INTERRUPTED);
        if (!options.wait) {
          const { jobId, applicationId, output } = submitted;
          return io.print(options.json ? JSON.stringify({ jobId, applicationId, output }) : `Submitted job ${jobId}`);
        }
        if (!options.json) io.print(`Running job: ${submitted.jobId}`);
        exitWith(await followJob(session, io, submitted, { json: options.json === true, interrupted }));
      }),
    );

  withClusterOptions(job.command('list').description('jobs that are not over'))
    .option('--all', 'those that are over too')
    .action((options: Common & { readonly all?: boolean }) =>
      withSession(options, io, async ({ rm }) => {
        const { applications } = await rm.getApplications({ applicationTypes: ['MAPREDUCE'] });
        const shown = applications.filter(({ state }) => options.all === true || !isTerminal(state));
        if (options.json) return io.print(JSON.stringify(shown.map(jobAsJson)));
        for (const line of jobListLines(shown)) io.print(line);
      }),
    );

  withClusterOptions(job.command('status').description('how far a job is, or how it ended'))
    .argument('<job-id>', 'its id, or that of its application', jobIdArgument)
    .action((id: JobId, options: Common) =>
      withSession(options, io, async (session) => {
        const found = await findJob(session, id);
        if (options.json) return io.print(JSON.stringify({ ...found.job, counters: found.counters }));
        for (const line of jobStatusLines(found.job, found.counters)) io.print(line);
      }),
    );

  withClusterOptions(job.command('counters').description('the counters of a job, or one of them'))
    .argument('<job-id>', 'its id, or that of its application', jobIdArgument)
    .argument('[group]', 'a counter group')
    .argument('[counter]', 'a counter of that group')
    .action((id: JobId, group: string | undefined, counter: string | undefined, options: Common) =>
      withSession(options, io, async (session) => {
        const { counters = {} } = await findJob(session, id);
        if (group === undefined) {
          if (options.json) return io.print(JSON.stringify(counters));
          for (const line of counterLines(counters)) io.print(line);
          return;
        }
        if (counter === undefined) throw new CommandError(`name a counter of group '${group}' too, or no group`);
        const value = findCounter(counters, group, counter);
        if (value === undefined) throw new CommandError(`job ${id} has no counter '${counter}' in group '${group}'`);
        io.print(options.json ? JSON.stringify({ group, counter, value }) : String(value));
      }),
    );

  withClusterOptions(job.command('kill').description('end a job: its output is discarded'))
    .argument('<job-id>', 'its id, or that of its application', jobIdArgument)
    .action((id: JobId, options: Common) =>
      withSession(options, io, async (session) => {
        const application = await applicationOfJob(session, id);
        if (!application) throw new CommandError(`Could not find job ${id}`);
        if (isTerminal(application.state)) {
          throw new CommandError(`${id} is over already: ${jobStateOf(application)}`);
        }
        await session.jobs.kill(parseJobId(id).applicationId, `killed by ${session.user}`);
        io.print(options.json ? JSON.stringify({ jobId: id, killed: true }) : `Killed job ${id}`);
      }),
    );

  registerTimelineCommand(job, io);

  withClusterOptions(logOptions(job.command('logs').description('what the tasks of a job wrote')))
    .argument('<job-id>', 'its id, or that of its application', jobIdArgument)
    .argument('[attempt-id]', 'only this attempt, task or container')
    .action((id: JobId, only: string | undefined, options: Common & LogOptions) =>
      withSession(options, io, (session) => showLogs(session, io, parseJobId(id).applicationId, { ...options, only })),
    );
}
