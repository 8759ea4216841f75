/**
 * stageApp: what the AppMaster of an application needs, copied to where its node finds it: `<staging>/<application id>/`. Hadoop:
 * distributedshell.Client. The folder is its user's alone. Nobody but the submitter knows when it may go: `submitApp` removes it at the
 * end, or `sweepStaging` at a later submission.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  FileSystemError,
  getFileSystem,
  toApplicationId,
  YarnError,
  type ApplicationId,
  type FileSystem,
  type LocalResource,
  type LocalResourceType,
  type YarnApplicationState,
} from '@bobbin/common';
import { isTerminal, type ClientRMProxy } from '@bobbin/client';
import { CommandError } from '../errors.js';
import { bundleMain } from '../job/bundle-job.js';
import { localResource, writeStaged } from '../staged-file.js';
import type { AppSpec } from './app-spec.js';

export interface StagedApp {
  readonly folder: string;
  readonly localResources: Readonly<Record<string, LocalResource>>;
  /** Runs in the working folder. */
  readonly command: string;
  discard(): Promise<void>;
}

/** A node links each file by itself. */
const MOST_FILES = 1000;
const COMMAND_FILE = 'command.sh';
const MAIN_FILE = 'main.mjs';

/** Writes the folder; what was written is gone again where it throws. */
export async function stageApp(root: string, applicationId: ApplicationId, spec: AppSpec): Promise<StagedApp> {
  const sources = sourcesOf(spec);
  const code = spec.main === undefined ? undefined : await bundleMain(resolve(spec.folder, spec.main));
  const fs = getFileSystem(root);
  const folder = `${root}/${applicationId}`;
  const discard = async (): Promise<void> => void (await fs.delete(folder));
  const localResources: Record<string, LocalResource> = {};
  const stage = async (name: string, content: string | AsyncIterable<Uint8Array>, type: LocalResourceType) => {
    const path = `${folder}/${name}`;
    await makeParents(fs, folder, name);
    await writeStaged(fs, path, content);
    localResources[name] = await localResource(fs, path, 'APPLICATION', type);
  };
  try {
    await fs.mkdirs(root, 0o700);
    await fs.mkdirs(folder, 0o700);
    for (const { name, path, type } of sources) await stage(name, getFileSystem(path).stream(path), type);
    if (code !== undefined) await stage(MAIN_FILE, code, 'FILE');
    await stage(COMMAND_FILE, commandText(spec), 'FILE');
  } catch (error) {
    await discard().catch(() => undefined);
    if (!(error instanceof FileSystemError)) throw error;
    throw new CommandError(`staging folder ${folder} cannot be written: ${error.message}`, error);
  }
  return { folder, localResources, discard, command: `exec /bin/bash ${COMMAND_FILE}` };
}

/**
 * The author's words in a file of their own: between the quotes of a launch script they would mean something else.
 */
function commandText({ command, arguments: args }: AppSpec): string {
  const run = command ?? `exec "$BOBBIN_NODE" --enable-source-maps ${MAIN_FILE} "$@"`;
  return args.length === 0 ? `${run}\n` : `set -- ${args.map(quoted).join(' ')}\n${run}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

interface Source {
  readonly name: string;
  readonly path: string;
  readonly type: LocalResourceType;
}

/** Every file by itself, in order; throws CommandError for each that is missing or named twice. */
function sourcesOf({ folder, files, archives }: AppSpec): Source[] {
  const problems: string[] = [];
  const sources = new Map<string, Source>();
  const add = (source: Source): void => {
    if (!/^[^/]/.test(source.name) || source.name.split('/').some((part) => part === '..' || part === ''))
      problems.push(`'${source.name}' should be a name inside the working folder`);
    else if (sources.has(source.name) || source.name === COMMAND_FILE || source.name === MAIN_FILE)
      problems.push(`'${source.name}' is there twice, or a name that this command uses itself`);
    else sources.set(source.name, source);
  };
  for (const [name, path] of Object.entries(files)) {
    const from = resolve(folder, path);
    const found = statSync(from, { throwIfNoEntry: false });
    if (!found) problems.push(`file '${path}' does not exist in ${folder}`);
    else if (!found.isDirectory()) add({ name, path: from, type: 'FILE' });
    else for (const below of filesBelow(from)) add({ name: `${name}/${below}`, path: join(from, below), type: 'FILE' });
  }
  for (const [name, path] of Object.entries(archives)) {
    const from = resolve(folder, path);
    if (!/\.(tar|tar\.gz|tgz|zip|jar)$/i.test(path))
      problems.push(`archive '${path}' should end in .tar, .tar.gz, .tgz, .zip or .jar`);
    else if (!statSync(from, { throwIfNoEntry: false })?.isFile())
      problems.push(`archive '${path}' is not a file in ${folder}`);
    else add({ name, path: from, type: 'ARCHIVE' });
  }
  if (sources.size > MOST_FILES)
    problems.push(`${sources.size} files are more than ${MOST_FILES}; pack them, and name them under 'archives'`);
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  return [...sources.values()];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function makeParents(fs: FileSystem, folder: string, name: string): Promise<void> {
  const parts = name.split('/').slice(0, -1);
  if (parts.length > 0) await fs.mkdirs(`${folder}/${parts.join('/')}`, 0o700);
}

/** A submission of the same user that is under way has a folder and is not known to the RM yet; it does not take so long. */
const UNKNOWN_FOR_GOOD_MS = 24 * 3600_000;

/** Removes what earlier submissions left for applications that are over since, or that the RM has not known for a day. */
export async function sweepStaging(
  root: string,
  rm: Pick<ClientRMProxy, 'getApplicationReport'>,
  nowMs: number,
): Promise<void> {
  const fs = getFileSystem(root);
  if (!(await fs.exists(root))) return;
  for (const { path, modifiedAtMs } of await fs.list(root)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!name.startsWith('application_')) continue;
    const state = await stateOf(rm, toApplicationId(name));
    if (state ? isTerminal(state) : nowMs - modifiedAtMs > UNKNOWN_FOR_GOOD_MS) await fs.delete(path);
  }
}

/** Undefined for one that the RM does not know. */
async function stateOf(
  rm: Pick<ClientRMProxy, 'getApplicationReport'>,
  applicationId: ApplicationId,
): Promise<YarnApplicationState | undefined> {
  try {
    return (await rm.getApplicationReport({ applicationId })).applicationReport.state;
  } catch (error) {
    if (error instanceof YarnError && error.status === 'NOT_FOUND') return undefined;
    throw error;
  }
}
