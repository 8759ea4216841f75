/**
 * AppSpec: an application of any kind as its author writes it down, in YAML or JSON: what its AppMaster runs, with how much, with
 * which files. Hadoop: the body of `POST /ws/v1/cluster/apps`, in fewer words. All that is wrong is said at once.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { messageOf } from '@bobbin/common';
import { CommandError } from '../errors.js';

export interface AppSpec {
  /** Folder that relative paths are meant from. */
  readonly folder: string;
  readonly name: string;
  readonly type: string;
  readonly queue: string;
  readonly priority: number;
  readonly tags: readonly string[];
  /** What bash runs in the working folder, as it stands. Exactly one of `command` and `main` is there. */
  readonly command?: string;
  /** A TypeScript or JavaScript file that is bundled with its imports and run by the node's own Node. */
  readonly main?: string;
  /** Of `main`; `"$@"` of a command. */
  readonly arguments: readonly string[];
  readonly resource: { readonly memoryMb: number; readonly vcores: number };
  /** Name in the working folder to path; a folder stands for all files below it. */
  readonly files: Readonly<Record<string, string>>;
  /** As `files`, unpacked by the node into a folder of that name. */
  readonly archives: Readonly<Record<string, string>>;
  /** Values may refer to variables of the container: `$PWD/lib`. */
  readonly environment: Readonly<Record<string, string>>;
  /** 0 is the cluster's default. */
  readonly maxAppAttempts: number;
  readonly keepContainersAcrossApplicationAttempts: boolean;
}

/** Names of the spec inside a folder, in the order they are looked for. */
export const SPEC_NAMES: readonly string[] = ['app.yaml', 'app.yml', 'app.json'];

/**
 * Reads a spec, or that of a folder: where that one names neither files nor archives, all else in the folder goes along, save names
 * with a dot in front and `node_modules`. Throws CommandError that lists each thing that is wrong and what would be right.
 */
export async function readAppSpec(path: string): Promise<AppSpec> {
  const file = specFile(path);
  const text = readFileSync(file, 'utf8');
  let value: unknown;
  try {
    value = extname(file) === '.json' ? JSON.parse(text) : (await import('yaml')).parse(text);
  } catch (error) {
    throw new CommandError(`spec '${file}' cannot be read: ${messageOf(error)}`, error);
  }
  const alone = resolve(path) === file || (isFields(value) && ('files' in value || 'archives' in value));
  return checkAppSpec(alone || !isFields(value) ? value : { ...value, files: filesBeside(file) }, file);
}

function filesBeside(spec: string): string[] {
  return readdirSync(dirname(spec)).filter(
    (name) => name !== basename(spec) && !name.startsWith('.') && name !== 'node_modules',
  );
}

function specFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CommandError(`spec '${path}' does not exist; name a folder with ${SPEC_NAMES[0]}, or a file`);
  if (!found.isDirectory()) return resolve(path);
  const name = SPEC_NAMES.find((spec) => statSync(join(path, spec), { throwIfNoEntry: false })?.isFile());
  if (name === undefined) throw new CommandError(`folder '${path}' has no ${SPEC_NAMES.join(', ')}`);
  return resolve(path, name);
}

type Fields = Readonly<Record<string, unknown>>;

const KNOWN = new Set([
  'name',
  'type',
  'queue',
  'priority',
  'tags',
  'command',
  'main',
  'arguments',
  'resources',
  'files',
  'archives',
  'environment',
  'maxAppAttempts',
  'keepContainersAcrossApplicationAttempts',
]);

/** A parsed spec with its defaults; `file` names it in errors and is where relative paths begin. Throws CommandError. */
export function checkAppSpec(value: unknown, file: string): AppSpec {
  if (!isFields(value)) throw new CommandError(`spec '${file}' should be a mapping with at least 'command' or 'main'`);
  const check = new Check(value);
  for (const key of Object.keys(value)) {
    if (!KNOWN.has(key)) check.wrong(`'${key}' is not known; known are ${[...KNOWN].join(', ')}`);
  }
  const command = check.text('command');
  const main = check.text('main');
  if ((command === undefined) === (main === undefined)) {
    check.wrong(`exactly one of 'command' (for bash) and 'main' (a TypeScript or JavaScript file) should be there`);
  }
  const args = check.texts('arguments');
  const resources = value['resources'] ?? {};
  const amounts = new Check(isFields(resources) ? resources : {}, 'resources.');
  if (!isFields(resources)) check.wrong(`'resources' should be a mapping such as {memory-mb: 512, vcores: 1}`);
  else {
    for (const key of Object.keys(resources)) {
      if (key !== 'memory-mb' && key !== 'vcores') amounts.wrong(`'${key}' is not known; known are memory-mb, vcores`);
    }
  }
  const spec: AppSpec = {
    folder: dirname(file),
    name:
      check.text('name') ??
      (SPEC_NAMES.includes(basename(file)) ? basename(dirname(file)) : basename(file, extname(file))),
    type: check.text('type') ?? 'YARN',
    queue: check.text('queue') ?? 'default',
    priority: check.whole('priority', 0) ?? 0,
    tags: check.texts('tags'),
    ...(command !== undefined && { command }),
    ...(main !== undefined && { main }),
    arguments: args,
    resource: { memoryMb: amounts.whole('memory-mb', 1) ?? 512, vcores: amounts.whole('vcores', 1) ?? 1 },
    files: check.paths('files'),
    archives: check.paths('archives'),
    environment: check.variables('environment'),
    maxAppAttempts: check.whole('maxAppAttempts', 1) ?? 0,
    keepContainersAcrossApplicationAttempts: check.flag('keepContainersAcrossApplicationAttempts') ?? false,
  };
  const problems = [...check.problems, ...amounts.problems];
  if (problems.length > 0) throw new CommandError([`spec '${file}' is not right:`, ...problems].join('\n  '));
  return spec;
}

/** Reads fields of a mapping and keeps what is wrong with them. */
class Check {
  readonly problems: string[] = [];

  constructor(
    private readonly fields: Fields,
    private readonly prefix = '',
  ) {}

  wrong(problem: string): void {
    this.problems.push(problem);
  }

  text(key: string): string | undefined {
    const value = this.fields[key];
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value;
    this.should(key, value, 'a text that is not empty');
    return undefined;
  }

  whole(key: string, least: number): number | undefined {
    const value = this.fields[key];
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return value as number;
    this.should(key, value, `a whole number from ${least}`);
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.fields[key];
    if (value === undefined || typeof value === 'boolean') return value;
    this.should(key, value, 'true or false');
    return undefined;
  }

  /** A list; numbers are taken as they are written. */
  texts(key: string): string[] {
    const value = this.fields[key] ?? [];
    if (Array.isArray(value) && value.every(isWord)) return value.map(String);
    this.should(key, value, 'a list of texts');
    return [];
  }

  /** A list of paths, each under its own last name, or a mapping of name to path. */
  paths(key: string): Record<string, string> {
    const value = this.fields[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      return Object.fromEntries(value.map((path: string) => [basename(path), path]));
    }
    if (isFields(value) && Object.values(value).every((path) => typeof path === 'string'))
      return value as Record<string, string>;
    this.should(key, value, 'a list of paths, or a mapping of name to path');
    return {};
  }

  variables(key: string): Record<string, string> {
    const value = this.fields[key] ?? {};
    if (isFields(value) && Object.values(value).every(isWord)) {
      return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
    }
    this.should(key, value, 'a mapping of name to text');
    return {};
  }

  private should(key: string, value: unknown, be: string): void {
    this.problems.push(`'${this.prefix}${key}' is ${JSON.stringify(value)}; it should be ${be}`);
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWord = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
