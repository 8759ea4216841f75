/** Applications as text. Hadoop: yarn.client.cli.ApplicationCLI, whose words and order scripts rely on. */
import type { ApplicationReport, YarnApplicationState } from '@bobbin/common';
import { tableLines, type Column } from '../output/table.js';

/** For printing: a token is a key to the AppMaster and belongs into no terminal, pipe or file. */
export function withoutToken({ clientToAMToken: _token, ...report }: ApplicationReport): ApplicationReport {
  return report;
}

const progressOf = ({ progress }: ApplicationReport): string => `${trimmed(progress * 100)}%`;

/** Hadoop's DecimalFormat("###.##"). */
function trimmed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const COLUMNS: readonly Column<ApplicationReport>[] = [
  { title: 'Application-Id', width: 30, value: ({ applicationId }) => applicationId },
  { title: 'Application-Name', width: 20, value: ({ name }) => name },
  { title: 'Application-Type', width: 20, value: ({ applicationType }) => applicationType },
  { title: 'User', width: 10, value: ({ user }) => user },
  { title: 'Queue', width: 10, value: ({ queue }) => queue },
  { title: 'State', width: 18, value: ({ state }) => state },
  { title: 'Final-State', width: 18, value: ({ finalApplicationStatus }) => finalApplicationStatus },
  { title: 'Progress', width: 15, value: progressOf },
  {
    title: 'Tracking-URL',
    width: 35,
    value: ({ originalTrackingUrl, trackingUrl }) => originalTrackingUrl || trackingUrl || 'N/A',
  },
];

export interface ApplicationFilter {
  readonly types: readonly string[];
  readonly states: readonly YarnApplicationState[];
  readonly tags: readonly string[];
}

export function applicationListLines(applications: readonly ApplicationReport[], filter: ApplicationFilter): string[] {
  const asked = `application-types: [${filter.types.join(', ')}], states: [${filter.states.join(', ')}] and tags: [${filter.tags.join(', ')}]`;
  return [`Total number of applications (${asked}):${applications.length}`, ...tableLines(COLUMNS, applications)];
}

export function applicationStatusLines(report: ApplicationReport): string[] {
  const seconds = (value: number | undefined): number => Math.floor(value ?? 0);
  const { usage } = report;
  const aggregate = `${seconds(usage?.memorySeconds)} MB-seconds, ${seconds(usage?.vcoreSeconds)} vcore-seconds`;
  const rows: readonly (readonly [string, string | number | boolean])[] = [
    ['Application-Id', report.applicationId],
    ['Application-Name', report.name],
    ['Application-Type', report.applicationType],
    ['User', report.user],
    ['Queue', report.queue],
    ['Application Priority', report.priority],
    ['Start-Time', report.startTimeMs],
    ['Finish-Time', report.finishTimeMs],
    ['Progress', progressOf(report)],
    ['State', report.state],
    ['Final-State', report.finalApplicationStatus],
    ['Tracking-URL', report.originalTrackingUrl || report.trackingUrl || 'N/A'],
    ['RPC Port', report.rpcPort],
    ['AM Host', report.host],
    ['Aggregate Resource Allocation', aggregate],
    ['Log Aggregation Status', 'DISABLED'],
    ['Diagnostics', report.diagnostics],
    ['Unmanaged Application', report.unmanaged],
  ];
  return ['Application Report : ', ...rows.map(([name, value]) => `\t${name} : ${value}`)];
}
