/**
 * S10: what is told of a container is what became of its process: the exit status that a node reports for one that ended by itself is that
 * process's own, also where it ended while the NodeManager was down. It is the wrapper that writes an exit status down, and it outlives the NodeManager;
 * where all processes of a machine are killed at once it may die between the end of its process and the writing, and LOST is then the truth.
 */
import { SIGKILLED, type Machine } from '../machine.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function exitCodes(world: World): Checker {
  /** Of those that ended by themselves. */
  const ended = new Map<string, { readonly code: number; readonly machine: Machine; readonly cuts: number }>();
  /** Their codes had no room on their machine's disk. */
  const uncertain = new Set<string>();
  return {
    died: ({ name, role, exitCode, machine }) => {
      if (name.startsWith(WRAPPER)) {
        const container = name.slice(WRAPPER.length);
        if (exitCode === SIGKILLED) ended.delete(container);
        else if (machine.disk.full) uncertain.add(container);
      }
      if (role !== 'am' && role !== 'task') return;
      if (exitCode === undefined || exitCode >= 128 || exitCode === SIGKILLED) return;
      // A machine that loses its power loses the files of the wrapper, too.
      if (world.net.dark.has(machine.host)) return;
      ended.set(name, { code: exitCode, machine, cuts: machine.disk.cuts });
      const daemon = world.daemons.get(machine.host)?.process;
      if (daemon?.alive !== true) world.sometimes('a container ends while its NodeManager is down');
      if (!world.rm) world.sometimes('a container ends while the ResourceManager is down');
    },
    heard: (nodeStatus) => {
      for (const { containerId, state, exitStatus } of nodeStatus.containersStatuses) {
        const own = state === 'COMPLETE' ? ended.get(containerId) : undefined;
        // Below zero: the platform had decided to end it before it ended by itself.
        if (!own || exitStatus === own.code || exitStatus < 0 || (exitStatus >= 128 && exitStatus !== LOST)) continue;
        // The wrapper does not flush what it writes: a power cut may take it, whoever runs there then.
        if (exitStatus === LOST && (uncertain.has(containerId) || own.machine.disk.cuts > own.cuts)) continue;
        world.sim.fail('S10', `${containerId} exited with ${own.code}; ${nodeStatus.nodeId} says ${exitStatus}`);
      }
    },
  };
}

/** ContainerExitStatus.LOST. */
const LOST = 154;

/** What the name of a wrapper's process begins with; the container's id follows. */
const WRAPPER = 'wrapper-';
