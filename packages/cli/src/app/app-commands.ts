/** `bobbin app submit|list|status|kill|logs`. Hadoop: `yarn application`, `yarn app -launch`, `yarn logs`. */
import { Option, type Command } from 'commander';
import {
  YarnError,
  type ApplicationId,
  type ApplicationReport,
  type NodeId,
  type YarnApplicationState,
} from '@bobbin/common';
import { isTerminal, killApplication, type ClientRMProxy } from '@bobbin/client';
import { CommandError } from '../errors.js';
import { INTERRUPTED } from '../job/follow-job.js';
import { followLogs } from '../logs/follow-logs.js';
import { logOptions, showLogs, type LogOptions } from '../logs/show-logs.js';
import { applicationIdArgument, withClusterOptions, wordsArgument } from '../options.js';
import type { CommandIO } from '../output/io.js';
import { withSession, type ClusterSelection } from '../session.js';
import { applicationListLines, applicationStatusLines, withoutToken } from './application-lines.js';
import { SPEC_NAMES } from './app-spec.js';
import { submitApp, type SubmitAppOptions } from './submit-app.js';

const STATES = ['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;
/** As Hadoop: what is not over. */
const LISTED_STATES: readonly YarnApplicationState[] = ['SUBMITTED', 'ACCEPTED', 'RUNNING'];

interface Common extends ClusterSelection {
  readonly json?: boolean;
}

interface ListOptions extends Common {
  readonly all?: boolean;
  readonly states?: readonly (YarnApplicationState | 'ALL')[];
  readonly types?: string;
}

export function registerAppCommands(program: Command, io: CommandIO, exitWith: (code: number) => void): void {
  const app = program.command('app').alias('application').description('applications of any kind');

  withClusterOptions(
    app.command('submit').description('run an application of any kind and follow it until it ends; Ctrl-C kills it'),
  )
    .argument('<spec>', `a folder with ${SPEC_NAMES[0]}, or a spec file in YAML or JSON`)
    .argument('[arguments...]', `for the spec's main, or as "$@" for its command; after --`)
    .option('--name <name>', 'name of the application')
    .option('--queue <queue>', 'queue to submit to')
    .option('--no-wait', 'return once it is accepted; Ctrl-C then leaves it running')
    .addHelpText(
      'after',
      '\nThe spec: command (for bash) or main (a .ts or .js file), resources {memory-mb, vcores}, files, archives, environment,' +
        '\nname, type, queue, priority, tags, maxAppAttempts, keepContainersAcrossApplicationAttempts' +
        '\n\nExit codes: 0 it succeeded (or was accepted, with --no-wait), 1 it did not, 2 wrong usage, 130 ended by Ctrl-C',
    )
    .action((spec: string, args: readonly string[], options: Common & SubmitAppOptions) =>
      withSession(options, io, async (session) => exitWith(await submitApp(session, io, spec, args, options))),
    );

  withClusterOptions(app.command('list').description('applications that are not over'))
    .option('--all', 'those that are over too')
    .addOption(
      new Option('--states <states>', `any of ALL, ${STATES.join(', ')}`).argParser(wordsArgument(['ALL', ...STATES])),
    )
    .option('--types <types>', 'only applications of these types')
    .action((options: ListOptions) => withSession(options, io, ({ rm }) => list(rm, io, options)));

  withClusterOptions(app.command('status').description('all about one application'))
    .argument('<application-id>', 'its id, or that of a job', applicationIdArgument)
    .action((id: ApplicationId, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const { applicationReport } = await rm.getApplicationReport({ applicationId: id });
        if (options.json) return io.print(JSON.stringify(await withNode(rm, applicationReport)));
        for (const line of applicationStatusLines(applicationReport)) io.print(line);
      }),
    );

  withClusterOptions(app.command('kill').description('end an application with all its containers'))
    .argument('<application-id>', 'its id, or that of a job', applicationIdArgument)
    .action((id: ApplicationId, options: Common) =>
      withSession(options, io, async (session) => {
        const { applicationReport } = await session.rm.getApplicationReport({ applicationId: id });
        if (isTerminal(applicationReport.state)) {
          throw new CommandError(`Application ${id} has already finished`);
        }
        await killApplication(
          { ...session, clock: io.clock },
          id,
          `Application ${id} was killed by user ${session.user}`,
        );
        io.print(options.json ? JSON.stringify({ applicationId: id, killed: true }) : `Killed application ${id}`);
      }),
    );

  withClusterOptions(logOptions(app.command('logs').description('what the containers of an application wrote')))
    .argument('<application-id>', 'its id, or that of a job', applicationIdArgument)
    .option('--follow', 'show lines as they are written, until the application is over')
    .action((id: ApplicationId, options: Common & LogOptions & { readonly follow?: boolean }) =>
      withSession(options, io, async (session) => {
        if (options.follow !== true) return showLogs(session, io, id, options);
        if (options.size !== undefined) throw new CommandError('--size does not go with --follow');
        if (await followLogs(session, io, id, options)) exitWith(INTERRUPTED);
      }),
    );
}

async function list(rm: ClientRMProxy, io: CommandIO, options: ListOptions): Promise<void> {
  const everything = options.all === true || options.states?.includes('ALL') === true;
  const states = everything ? STATES : (options.states?.filter((state) => state !== 'ALL') ?? LISTED_STATES);
  const types = options.types?.split(',').map((type) => type.trim()) ?? [];
  const { applications } = await rm.getApplications({
    applicationStates: states,
    ...(types.length > 0 && { applicationTypes: types }),
  });
  if (options.json)
    return io.print(JSON.stringify(await Promise.all(applications.map((report) => withNode(rm, report)))));
  for (const line of applicationListLines(applications, { types, states, tags: [] })) io.print(line);
}

/** The report, and the node its AppMaster runs on. */
async function withNode(
  rm: ClientRMProxy,
  full: ApplicationReport,
): Promise<ApplicationReport & { amNodeId?: NodeId }> {
  const report = withoutToken(full);
  const attempt = report.currentApplicationAttemptId;
  if (attempt === undefined || isTerminal(report.state)) return report;
  try {
    const { applicationAttemptReport } = await rm.getApplicationAttemptReport({ applicationAttemptId: attempt });
    const containerId = applicationAttemptReport.amContainerId;
    if (containerId === undefined) return report;
    const { containerReport } = await rm.getContainerReport({ containerId });
    return { ...report, amNodeId: containerReport.nodeId };
  } catch (error) {
    // It ended in the meantime.
    if (error instanceof YarnError && error.status === 'NOT_FOUND') return report;
    throw error;
  }
}
