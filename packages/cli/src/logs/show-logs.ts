/**
 * showLogs: what the containers of an application wrote, from the NodeManagers they ran on. Hadoop: `yarn logs`, whose frame around
 * each file scripts rely on. Logs of tasks are told apart by their attempt: a container may have run several.
 */
import { InvalidArgumentError, type Command } from 'commander';
import { formatLogLine, messageOf, type ApplicationId } from '@bobbin/common';
import { CommandError } from '../errors.js';
import type { CommandIO } from '../output/io.js';
import type { Session } from '../session.js';
import { findContainers, type ContainerPlace } from './find-containers.js';
import { NodeLogs, type LogFile } from './node-logs.js';

export interface LogOptions {
  readonly json?: boolean;
  /** Names of files, between commas. */
  readonly logFiles?: string;
  /** First bytes of each, or last ones where negative. */
  readonly size?: number;
  /** An attempt, task or container. */
  readonly only?: string | undefined;
}

/** Laid down by the NodeManager to start a container; shown where they are named. */
const LAUNCH_FILES = new Set(['directory.info', 'launch_container.sh', 'prelaunch.out']);

export function logOptions(command: Command): Command {
  return command
    .option('--log-files <names>', 'only these files, such as stdout,stderr,syslog')
    .option('--size <bytes>', 'the first bytes of each file, or the last ones where negative', (text) => {
      if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('it should be a whole number.');
      return Number(text);
    });
}

interface Shown {
  readonly container: ContainerPlace;
  readonly file: LogFile;
  readonly content: string;
}

/** Prints every file that is not empty. Throws CommandError where nothing is found. */
export async function showLogs(session: Session, io: CommandIO, id: ApplicationId, options: LogOptions): Promise<void> {
  const containers = await findContainers(session, id);
  const nodes = await session.rm.getClusterNodes({ nodeStates: ['RUNNING', 'UNHEALTHY', 'DECOMMISSIONING'] });
  const logs = new NodeLogs(session.credentials);
  const everywhere = nodes.nodeReports.map(({ httpAddress }) => httpAddress);
  let shown = 0;
  const all: Shown[] = [];
  for (const container of containers) {
    if (options.only?.startsWith('container_') && container.containerId !== options.only) continue;
    for (const found of await filesOf(logs, container, everywhere, options, io)) {
      shown++;
      if (options.json) all.push(found);
      else for (const line of frame(found)) io.print(line);
    }
  }
  if (options.json) return io.print(JSON.stringify(all.map(asJson)));
  if (shown === 0) {
    const what = options.only ?? id;
    throw new CommandError(
      `no logs of ${what} are found; they stay on the nodes for yarn.nodemanager.log.retain-seconds`,
    );
  }
}

async function filesOf(
  logs: NodeLogs,
  container: ContainerPlace,
  everywhere: readonly string[],
  options: LogOptions,
  io: CommandIO,
): Promise<Shown[]> {
  for (const node of container.nodeHttpAddress === undefined ? everywhere : [container.nodeHttpAddress]) {
    try {
      const files = await logs.list(node, container.containerId);
      if (files === undefined) continue;
      const wanted = files.filter((file) => file.sizeBytes > 0 && isWanted(file.name, options));
      const place = { ...container, nodeHttpAddress: node };
      return await Promise.all(
        wanted.map(async (file) => ({
          container: place,
          file,
          content: await logs.read(node, container.containerId, file.name, options.size),
        })),
      );
    } catch (error) {
      io.warn(`logs of ${container.containerId} on ${node} cannot be read: ${messageOf(error)}`);
    }
  }
  return [];
}

/** Tasks write to `<attempt>.stdout`, `<attempt>.stderr` ...; what has no attempt in its name is the process's own. */
export function isWanted(name: string, { logFiles, only }: LogOptions): boolean {
  const names = logFiles?.split(',').map((wanted) => wanted.trim());
  if (names) {
    if (!names.some((wanted) => name === wanted || name.endsWith(`.${wanted}`))) return false;
  } else if (LAUNCH_FILES.has(name)) return false;
  if (only === undefined || only.startsWith('container_')) return true;
  const attempts = only.replace(/^task_/, 'attempt_');
  return name.startsWith(`${attempts}.`) || (only.startsWith('task_') && name.startsWith(`${attempts}_`));
}

function frame({ container, file, content }: Shown): string[] {
  const head = `Container: ${container.containerId} on ${container.nodeHttpAddress ?? ''}`;
  const body = content.trimEnd();
  return [
    head,
    '='.repeat(head.length),
    `LogType:${file.name}`,
    `LogLastModifiedTime:${file.modifiedAt}`,
    `LogLength:${file.sizeBytes}`,
    'LogContents:',
    ...body.split('\n').map((line) => formatLogLine(line)),
    `End of LogType:${file.name}`,
    '',
  ];
}

function asJson({ container, file, content }: Shown): object {
  return { containerId: container.containerId, node: container.nodeHttpAddress, file: file.name, content };
}
