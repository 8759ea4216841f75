/** `bobbin container list|status|logs|signal`. Hadoop: `yarn container`. */
import { Argument, type Command } from 'commander';
import {
  applicationOf,
  parseContainerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type ContainerReport,
  type SignalContainerCommand,
} from '@bobbin/common';
import { applicationIdArgument, attemptIdArgument, containerIdArgument, withClusterOptions } from '../options.js';
import { logOptions, showLogs, type LogOptions } from '../logs/show-logs.js';
import type { CommandIO } from '../output/io.js';
import { withSession, type ClusterSelection } from '../session.js';
import { containerListLines, containerStatusLines } from './container-lines.js';

interface Common extends ClusterSelection {
  readonly json?: boolean;
}

const SIGNALS: readonly SignalContainerCommand[] = ['OUTPUT_THREAD_DUMP', 'GRACEFUL_SHUTDOWN', 'FORCEFUL_SHUTDOWN'];
const CONTAINER = 'such as container_1700000000000_0001_01_000002';

/** An application stands for all its attempts. */
type Owner = { readonly application: ApplicationId } | { readonly attempt: ApplicationAttemptId };

export function registerContainerCommands(program: Command, io: CommandIO): void {
  const container = program.command('container').description('containers of an application');

  withClusterOptions(container.command('list').description('containers that run for an application or an attempt'))
    .argument('<id>', 'an application, job or attempt', ownerArgument)
    .action((owner: Owner, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const attempts =
          'attempt' in owner
            ? [owner.attempt]
            : (await rm.getApplicationAttempts({ applicationId: owner.application })).applicationAttempts.map(
                ({ applicationAttemptId }) => applicationAttemptId,
              );
        const found = new Map<ContainerId, ContainerReport>();
        for (const applicationAttemptId of attempts) {
          const { containers } = await rm.getContainers({ applicationAttemptId });
          for (const report of containers) found.set(report.containerId, report);
        }
        const containers = [...found.values()];
        if (options.json) return io.print(JSON.stringify(containers));
        for (const line of containerListLines(containers)) io.print(line);
      }),
    );

  withClusterOptions(container.command('status').description('all about one container'))
    .argument('<container-id>', CONTAINER, containerIdArgument)
    .action((id: ContainerId, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const { containerReport } = await rm.getContainerReport({ containerId: id });
        if (options.json) return io.print(JSON.stringify(containerReport));
        for (const line of containerStatusLines(containerReport)) io.print(line);
      }),
    );

  withClusterOptions(logOptions(container.command('logs').description('what a container wrote')))
    .argument('<container-id>', CONTAINER, containerIdArgument)
    .action((id: ContainerId, options: Common & LogOptions) =>
      withSession(options, io, (session) =>
        showLogs(session, io, applicationOfContainer(id), { ...options, only: id }),
      ),
    );

  withClusterOptions(container.command('signal').description('send a signal to the processes of a container'))
    .argument('<container-id>', CONTAINER, containerIdArgument)
    .addArgument(new Argument('[command]', 'OUTPUT_THREAD_DUMP unless said').choices(SIGNALS))
    .action((id: ContainerId, command: SignalContainerCommand | undefined, options: Common) =>
      withSession(options, io, async ({ rm }) => {
        const signal = command ?? 'OUTPUT_THREAD_DUMP';
        await rm.signalToContainer({ containerId: id, command: signal });
        io.print(
          options.json ? JSON.stringify({ containerId: id, command: signal }) : `Signalling container ${id}: ${signal}`,
        );
      }),
    );
}

function applicationOfContainer(id: ContainerId): ApplicationId {
  return applicationOf(parseContainerId(id).applicationAttemptId);
}

function ownerArgument(text: string): Owner {
  return text.startsWith('appattempt_')
    ? { attempt: attemptIdArgument(text) }
    : { application: applicationIdArgument(text) };
}
