/** `bobbin node list`. Hadoop: `yarn node -list`. */
import { Option, type Command } from 'commander';
import type { NodeState } from '@bobbin/common';
import { withClusterOptions, wordsArgument } from '../options.js';
import type { CommandIO } from '../output/io.js';
import { withSession, type ClusterSelection } from '../session.js';
import { nodeListLines } from './node-lines.js';

const STATES = [
  'NEW',
  'RUNNING',
  'UNHEALTHY',
  'DECOMMISSIONED',
  'LOST',
  'REBOOTED',
  'DECOMMISSIONING',
  'SHUTDOWN',
] as const;

interface ListOptions extends ClusterSelection {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly states?: readonly (NodeState | 'ALL')[];
  readonly showDetails?: boolean;
}

export function registerNodeCommands(program: Command, io: CommandIO): void {
  const node = program.command('node').description('the nodes of a cluster');
  withClusterOptions(node.command('list').description('nodes that run'))
    .option('--all', 'nodes of every state')
    .addOption(
      new Option('--states <states>', `any of ALL, ${STATES.join(', ')}`).argParser(wordsArgument(['ALL', ...STATES])),
    )
    .option('--show-details', 'what each has and gives')
    .action((options: ListOptions) =>
      withSession(options, io, async ({ rm }) => {
        const everything = options.all === true || options.states?.includes('ALL') === true;
        const states: readonly NodeState[] = everything
          ? []
          : (options.states?.filter((s) => s !== 'ALL') ?? ['RUNNING']);
        const { nodeReports } = await rm.getClusterNodes({ nodeStates: states });
        if (options.json) return io.print(JSON.stringify(nodeReports));
        for (const line of nodeListLines(nodeReports, options.showDetails === true)) io.print(line);
      }),
    );
}
