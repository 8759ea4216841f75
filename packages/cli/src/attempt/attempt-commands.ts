/** `bobbin attempt list|status|fail`. Hadoop: `yarn applicationattempt`. */
import type { Command } from 'commander';
import type {
  ApplicationAttemptId,
  ApplicationAttemptReport,
  ApplicationId,
  YarnApplicationAttemptState,
} from '@bobbin/common';
import { CommandError } from '../errors.js';
import { applicationIdArgument, attemptIdArgument, withClusterOptions } from '../options.js';
import type { CommandIO } from '../output/io.js';
import { tableLines, type Column } from '../output/table.js';
import { withSession, type ClusterSelection } from '../session.js';

interface Common extends ClusterSelection {
  readonly json?: boolean;
}

const OVER: readonly YarnApplicationAttemptState[] = ['FINISHED', 'FAILED', 'KILLED'];

/** Hadoop's columns. */
const COLUMNS: readonly Column<ApplicationAttemptReport>[] = [
  { title: 'ApplicationAttempt-Id', width: 20, value: ({ applicationAttemptId }) => applicationAttemptId },
  { title: 'State', width: 20, value: ({ state }) => state },
  { title: 'AM-Container-Id', width: 40, value: ({ amContainerId }) => amContainerId ?? 'N/A' },
  { title: 'Tracking-URL', width: 35, value: ({ trackingUrl }) => trackingUrl || 'N/A' },
];

export function registerAttemptCommands(program: Command, io: CommandIO): void {
  const attempt = program.command('attempt').alias('applicationattempt').description('attempts of an application');

  withClusterOptions(attempt.command('list').description('all attempts of an application'))
    .argument('<application-id>', 'its id, or that of a job', applicationIdArgument)
    .action((id: ApplicationId, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const { applicationAttempts } = await rm.getApplicationAttempts({ applicationId: id });
        if (options.json) return io.print(JSON.stringify(applicationAttempts));
        io.print(`Total number of application attempts :${applicationAttempts.length}`);
        for (const line of tableLines(COLUMNS, applicationAttempts)) io.print(line);
      }),
    );

  withClusterOptions(attempt.command('status').description('all about one attempt'))
    .argument('<attempt-id>', 'such as appattempt_1700000000000_0001_000001', attemptIdArgument)
    .action((id: ApplicationAttemptId, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const { applicationAttemptReport } = await rm.getApplicationAttemptReport({ applicationAttemptId: id });
        if (options.json) return io.print(JSON.stringify(applicationAttemptReport));
        for (const line of statusLines(applicationAttemptReport)) io.print(line);
      }),
    );

  withClusterOptions(
    attempt.command('fail').description('end an attempt as failed: the next one starts, if one is left'),
  )
    .argument('<attempt-id>', 'such as appattempt_1700000000000_0001_000001', attemptIdArgument)
    .action((id: ApplicationAttemptId, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        // The ResourceManager, as Hadoop's, says yes to this and does nothing.
        const { applicationAttemptReport } = await rm.getApplicationAttemptReport({ applicationAttemptId: id });
        if (OVER.includes(applicationAttemptReport.state)) {
          throw new CommandError(`Application attempt ${id} has already finished`);
        }
        await rm.failApplicationAttempt({ applicationAttemptId: id });
        io.print(options.json ? JSON.stringify({ applicationAttemptId: id, failed: true }) : `Failed attempt ${id}`);
      }),
    );
}

function statusLines(report: ApplicationAttemptReport): string[] {
  const rows: readonly (readonly [string, string | number])[] = [
    ['ApplicationAttempt-Id', report.applicationAttemptId],
    ['State', report.state],
    ['AMContainer', report.amContainerId ?? 'N/A'],
    ['Start-Time', report.startTimeMs],
    ['Finish-Time', report.finishTimeMs],
    ['Tracking-URL', report.trackingUrl || 'N/A'],
    ['RPC Port', report.rpcPort],
    ['AM Host', report.host],
    ['Diagnostics', report.diagnostics],
  ];
  return ['Application Attempt Report : ', ...rows.map(([name, value]) => `\t${name} : ${value}`)];
}
