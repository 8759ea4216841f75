/** `bobbin node list`. Hadoop: `yarn node -list`. */
import { Option, type Command } from 'commander';
import { formatResource, type NodeReport, type NodeState } from '@bobbin/common';
import { withClusterOptions, wordsArgument } from '../options.js';
import type { CommandIO } from '../output/io.js';
import { tableLines, type Column } from '../output/table.js';
import { withSession, type ClusterSelection } from '../session.js';

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

const COLUMNS: readonly Column<NodeReport>[] = [
  { title: 'Node-Id', width: 16, value: ({ nodeId }) => nodeId },
  { title: 'Node-State', width: 15, value: ({ state }) => state },
  { title: 'Node-Http-Address', width: 17, value: ({ httpAddress }) => httpAddress },
  { title: 'Number-of-Running-Containers', width: 28, value: ({ numContainers }) => String(numContainers) },
];

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
        const [header = '', ...rows] = tableLines(COLUMNS, nodeReports);
        io.print(`Total Nodes:${nodeReports.length}`);
        io.print(header);
        nodeReports.forEach((report, i) => {
          io.print(rows[i] ?? '');
          if (options.showDetails) for (const line of detailLines(report)) io.print(line);
        });
      }),
    );
}

function detailLines({ capability, used, rackName, healthReport }: NodeReport): string[] {
  return [
    'Detailed Node Information :',
    `\tConfigured Resources : ${formatResource(capability)}`,
    `\tAllocated Resources : ${formatResource(used)}`,
    `\tRack : ${rackName}`,
    `\tHealth-Report : ${healthReport}`,
  ];
}
