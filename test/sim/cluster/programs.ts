/**
 * What containers run: programs by the first word of the launch command, so that RM, NM and AM start them by the launch context alone. The
 * same table serves the scripted node and the real NodeManager's simulated executor.
 */
import { nodeId, toContainerId, type ContainerId, type NodeId } from '@bobbin/common';
import type { SimProcess } from '../machine.js';
import type { ContainerProcess, Executables } from '../nodes/sim-node.js';

/** What a container's process is started with. */
export interface ContainerLaunch {
  readonly containerId: ContainerId;
  readonly nodeId: NodeId;
  readonly environment: Readonly<Record<string, string>>;
  /** Content of the credentials file (`HDTS`). */
  readonly tokens: Uint8Array;
  /** The command's words after the first. */
  readonly words: readonly string[];
}

/** Ends by `process.exit(code)`. */
export type ContainerProgram = (process: SimProcess, launch: ContainerLaunch) => void;

/** By the first word of the launch command. */
export type ContainerPrograms = ReadonlyMap<string, { readonly role: 'am' | 'task'; readonly start: ContainerProgram }>;

/** Programs as the simulated executor of the real NodeManager finds them: by the command in the launch script, its files in the work folder. */
export function executables(programs: ContainerPrograms): Executables {
  return new Map(
    [...programs].map(([word, { start }]) => [word, (container) => start(container.process, launchOf(container))]),
  );
}

function launchOf({ environment, command, node }: ContainerProcess): ContainerLaunch {
  const tokenFile = environment['HADOOP_TOKEN_FILE_LOCATION'] ?? '';
  return {
    containerId: toContainerId(environment['CONTAINER_ID'] ?? ''),
    nodeId: nodeId(environment['NM_HOST'] ?? '', Number(environment['NM_PORT'])),
    environment,
    tokens: node.disk.read(tokenFile),
    words: command.split(/\s+/).slice(1),
  };
}

/** A task that works for so long and exits so: `task <ms> <exit code>`. */
export const scriptedTask: ContainerProgram = (process, { words }) => {
  const [workMs = '1000', code = '0'] = words;
  process.clock.after(Number(workMs) * process.machine.slowness, () => process.exit(Number(code)));
};
