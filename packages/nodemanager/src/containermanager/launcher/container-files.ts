/**
 * The files of a container: working, log and private folders, launch script, credentials, links, and what helps to look at it
 * afterwards. Hadoop: ContainerLaunch.call, DefaultContainerExecutor.createContainer*Dirs, ContainerExecutor.writeLaunchEnv.
 */
import { mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeCredentials, NO_CREDENTIALS } from '@bobbin/common';
import type { ContainerPlace } from '../container/container.js';
import { CONTAINER_TOKENS_FILE } from './container-environment.js';
import { isPathBelow } from './launch-script.js';

export const LAUNCH_SCRIPT = 'launch_container.sh';

export interface ContainerFiles {
  readonly place: ContainerPlace;
  readonly script: string;
  readonly tokens: Uint8Array | undefined;
  /** Link name, relative to the working folder, to file. */
  readonly links: Readonly<Record<string, string>>;
}

/** Makes everything a launch needs; what stands there already is replaced. */
export async function writeContainerFiles({ place, script, tokens, links }: ContainerFiles): Promise<void> {
  await Promise.all([
    mkdir(join(place.workDir, 'tmp'), { recursive: true, mode: 0o710 }),
    mkdir(place.logDir, { recursive: true, mode: 0o710 }),
    mkdir(dirname(place.pidFile), { recursive: true, mode: 0o700 }),
  ]);
  await Promise.all([
    writeFile(join(place.workDir, LAUNCH_SCRIPT), script, { mode: 0o700 }),
    writeFile(join(place.workDir, CONTAINER_TOKENS_FILE), tokens ?? encodeCredentials(NO_CREDENTIALS), { mode: 0o600 }),
    ...Object.entries(links).map(([link, target]) => makeLink(place.workDir, link, target)),
  ]);
}

/** Makes a link in a working folder, also in the place of an old one. `link` must stay inside. */
export async function makeLink(workDir: string, link: string, target: string): Promise<void> {
  if (!isPathBelow(link)) throw new Error(`local resource '${link}' must be a relative path inside the working folder`);
  const path = join(workDir, link);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
}

/** A copy of the script and a listing of the working folder in the log folder: it outlives the container. */
export async function writeDebugFiles({ workDir, logDir }: ContainerPlace, script: string): Promise<void> {
  const names = (await readdir(workDir)).sort();
  const lines = await Promise.all(
    names.map(async (name) => {
      const target = await readlink(join(workDir, name)).catch(() => undefined);
      return target === undefined ? name : `${name} -> ${target}`;
    }),
  );
  await Promise.all([
    writeFile(join(logDir, LAUNCH_SCRIPT), script, { mode: 0o640 }),
    writeFile(join(logDir, 'directory.info'), `ls:\n${lines.join('\n')}\n`, { mode: 0o640 }),
  ]);
}
