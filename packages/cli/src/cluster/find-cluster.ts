/**
 * Which cluster a command speaks to: `--dir`, else BOBBIN_DIR, else the one last started by this user. The last one is
 * remembered in `$XDG_STATE_HOME/bobbin/last-cluster` (by default below ~/.local/state).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CommandError } from '../errors.js';
import { confDir } from './cluster-record.js';

export type Environment = Readonly<Record<string, string | undefined>>;

function lastClusterFile(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'bobbin', 'last-cluster');
}

/** The folder of a new cluster that is given none. */
export function defaultClusterDir(environment: Environment): string {
  return join(dirname(lastClusterFile(environment)), 'local-cluster');
}

/** Where a cluster is or will be; `undefined` when nothing names one. */
export function namedClusterDir(dir: string | undefined, environment: Environment): string | undefined {
  const given = dir ?? environment['BOBBIN_DIR'];
  if (given !== undefined && given !== '') return resolve(given);
  const file = lastClusterFile(environment);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** The folder of a cluster that exists; throws CommandError that says how to name or start one. */
export function findClusterDir(dir: string | undefined, environment: Environment): string {
  const found = namedClusterDir(dir, environment);
  if (found === undefined) {
    throw new CommandError(
      'no cluster is known here; start one with `bobbin cluster start`, or name its folder with --dir or BOBBIN_DIR',
    );
  }
  if (!existsSync(confDir(found))) {
    throw new CommandError(`there is no cluster in '${found}'; start one with \`bobbin cluster start --dir ${found}\``);
  }
  return found;
}

/** Remembers it as the last one started; what comes back undoes that. */
export function rememberCluster(dir: string, environment: Environment): () => void {
  const file = lastClusterFile(environment);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${dir}\n`);
  return () => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before));
}
