/** Containers as text. Hadoop: yarn.client.cli.ApplicationCLI.listContainers, whose words and order scripts rely on. */
import { formatResource, type ContainerReport } from '@bobbin/common';
import { tableLines, type Column } from '../output/table.js';

const time = (ms: number): string => (ms > 0 ? new Date(ms).toISOString() : 'N/A');

const COLUMNS: readonly Column<ContainerReport>[] = [
  { title: 'Container-Id', width: 30, value: ({ containerId }) => containerId },
  { title: 'Start Time', width: 20, value: ({ creationTimeMs }) => time(creationTimeMs) },
  { title: 'Finish Time', width: 20, value: ({ finishTimeMs }) => time(finishTimeMs) },
  { title: 'State', width: 20, value: ({ state }) => state },
  { title: 'Host', width: 20, value: ({ nodeId }) => nodeId },
  { title: 'Node Http Address', width: 20, value: ({ nodeHttpAddress }) => nodeHttpAddress },
  { title: 'LOG-URL', width: 35, value: ({ logUrl }) => logUrl || 'N/A' },
];

export function containerListLines(containers: readonly ContainerReport[]): string[] {
  return [`Total number of containers :${containers.length}`, ...tableLines(COLUMNS, containers)];
}

export function containerStatusLines(report: ContainerReport): string[] {
  const rows: readonly (readonly [string, string | number])[] = [
    ['Container-Id', report.containerId],
    ['Start-Time', report.creationTimeMs],
    ['Finish-Time', report.finishTimeMs],
    ['State', report.state],
    ['Resource', formatResource(report.resource)],
    ['Priority', report.priority],
    ['LOG-URL', report.logUrl || 'N/A'],
    ['Host', report.nodeId],
    ['NodeHttpAddress', report.nodeHttpAddress],
    ['Exit-Status', report.exitStatus],
    ['Diagnostics', report.diagnostics],
  ];
  return ['Container Report : ', ...rows.map(([name, value]) => `\t${name} : ${value}`)];
}
