/**
 * spawnUberChild: the task bundle as a process of the AM's own container. It stays in the container's process group, so
 * whoever ends the container ends it too; its output goes where the AM's goes.
 */
import { spawn } from 'node:child_process';
import type { ContainerId } from '@bobbin/common';
import type { UberChild } from './local-container-launcher.js';

export interface UberChildSettings {
  /** `task.cjs`, seen from the working directory. */
  readonly bundle: string;
  readonly amHost: string;
  readonly amPort: number;
  readonly containerId: ContainerId;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function spawnUberChild(settings: UberChildSettings): UberChild {
  const { bundle, amHost, amPort, containerId, environment } = settings;
  const child = spawn(process.execPath, [bundle, amHost, String(amPort), containerId], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (signal) resolve(`was ended by ${signal}`);
      else resolve(code === 0 ? undefined : `exited with code ${code}`);
    });
  });
  return { ended, kill: () => void child.kill('SIGKILL') };
}
