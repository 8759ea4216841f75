/** Nodes as text. Hadoop: yarn.client.cli.NodeCLI, whose words and order scripts rely on. */
import { formatResource, type NodeReport } from '@bobbin/common';
import { tableLines, type Column } from '../output/table.js';

const COLUMNS: readonly Column<NodeReport>[] = [
  { title: 'Node-Id', width: 16, value: ({ nodeId }) => nodeId },
  { title: 'Node-State', width: 15, value: ({ state }) => state },
  { title: 'Node-Http-Address', width: 17, value: ({ httpAddress }) => httpAddress },
  { title: 'Number-of-Running-Containers', width: 28, value: ({ numContainers }) => String(numContainers) },
];

/** A line for each node, and below it what it has and gives where `details` are wanted. */
export function nodeListLines(nodes: readonly NodeReport[], details: boolean): string[] {
  const [header = '', ...rows] = tableLines(COLUMNS, nodes);
  const body = nodes.flatMap((node, i) => [rows[i] ?? '', ...(details ? detailLines(node) : [])]);
  return [`Total Nodes:${nodes.length}`, header, ...body];
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
