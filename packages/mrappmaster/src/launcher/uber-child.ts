/**
 * startUberChild: the task bundle as a process of the AM's own container. It stays in the container's process group, so
 * whoever ends the container ends it too; its output goes where the AM's goes. It is started before the AM knows where it
 * will listen: both then get ready at once.
 */
import { spawn } from 'node:child_process';
import type { ContainerId } from '@bobbin/common';
import { TOLD_BY_PARENT, type FromParent } from '../child/arguments.js';
import type { UberChild } from './local-container-launcher.js';

export interface UberChildSettings {
  /** `task.cjs`, seen from the working directory. */
  readonly bundle: string;
  readonly containerId: ContainerId;
  /** The whole environment of the process. Its files must be there before `begin`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A process that waits to be told where its AM is. */
export interface WaitingUberChild extends UberChild {
  /** Call once. */
  begin(amHost: string, amPort: number): void;
}

export function startUberChild({ bundle, containerId, environment }: UberChildSettings): WaitingUberChild {
  const child = spawn(process.execPath, [bundle, TOLD_BY_PARENT, TOLD_BY_PARENT, containerId], {
    // The channel closes when we end, however that comes, and the process ends with us.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: environment,
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (signal) resolve(`was ended by ${signal}`);
      else resolve(code === 0 ? undefined : `exited with code ${code}`);
    });
  });
  return {
    ended,
    kill: () => void child.kill('SIGKILL'),
    begin: (amHost, amPort) => {
      const told: FromParent = { amHost, amPort };
      // One that is gone already has said so by `ended`.
      child.send(told, () => undefined);
    },
  };
}
