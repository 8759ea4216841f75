/**
 * Where a configuration comes from, in rising precedence: the tables' defaults, the files of a configuration folder or files
 * named one by one (`*-site.xml`, JSON, YAML), then `-D key=value`. Hadoop: Configuration.addResource, GenericOptionsParser.
 * A value a file marks `final` is not overridden: a later file's is dropped with a warning, a `-D` is an error.
 */
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ConfigurationError, messageOf } from '../errors.js';
import { Configuration, type Setting } from './configuration.js';
import { parseJson, parseSiteXml, parseYaml, type FileSetting } from './files.js';

/** The files a configuration folder may hold, in the order they are read. */
export const CONFIGURATION_FILES = [
  'core-site.xml',
  'yarn-site.xml',
  'mapred-site.xml',
  'bobbin-site.xml',
  'bobbin.json',
  'bobbin.yaml',
  'bobbin.yml',
] as const;

export interface ConfigurationSources {
  /** Folders with some of CONFIGURATION_FILES, read before `files`. */
  readonly directories?: readonly string[];
  /** Files by name; each must exist. */
  readonly files?: readonly string[];
  /** `key=value`, as given to `-D`. */
  readonly defines?: readonly string[];
  /** For `${env.NAME}`; by default this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told of values that `final` keeps out. */
  readonly onWarning?: (warning: string) => void;
}

/** Reads and checks everything; throws ConfigurationError with every problem of every source. */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const problems: string[] = [];
  const settings: Setting[] = [];
  const finals = new Map<string, string>();
  for (const file of filesOf(sources, problems)) {
    for (const setting of await readSettings(file, problems)) {
      const owner = finals.get(setting.name);
      if (owner !== undefined) {
        sources.onWarning?.(`${setting.name} in ${setting.source} is ignored: it is final in ${owner}`);
        continue;
      }
      if (setting.final) finals.set(setting.name, file);
      settings.push(setting);
    }
  }
  for (const define of sources.defines ?? []) {
    const setting = parseDefine(define);
    const owner = setting && finals.get(setting.name);
    if (!setting) problems.push(`-D ${define}: should be 'key=value'`);
    else if (owner !== undefined) problems.push(`-D ${define}: ${setting.name} is final in ${owner}`);
    else settings.push(setting);
  }
  return checked(settings, sources.environment, problems);
}

function checked(
  settings: Setting[],
  environment: ConfigurationSources['environment'],
  problems: string[],
): Configuration {
  let found: readonly string[] = [];
  try {
    const configuration = Configuration.fromSettings(settings, environment);
    if (problems.length === 0) return configuration;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    found = error.problems;
  }
  throw new ConfigurationError([...problems, ...found]);
}

function filesOf(sources: ConfigurationSources, problems: string[]): string[] {
  const files: string[] = [];
  for (const directory of sources.directories ?? []) {
    if (!existsSync(directory)) problems.push(`configuration folder ${directory} does not exist`);
    files.push(...CONFIGURATION_FILES.map((name) => join(directory, name)).filter((file) => existsSync(file)));
  }
  return [...files, ...(sources.files ?? [])];
}

async function readSettings(file: string, problems: string[]): Promise<readonly FileSetting[]> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(`configuration file ${file} cannot be read: ${messageOf(error)}`);
    return [];
  }
  switch (extname(file)) {
    case '.xml':
      return parseSiteXml(file, content, problems);
    case '.json':
      return parseJson(file, content, problems);
    case '.yaml':
    case '.yml':
      return parseYaml(file, content, problems);
    default:
      problems.push(`configuration file ${file}: should end in .xml, .json, .yaml or .yml`);
      return [];
  }
}

function parseDefine(define: string): Setting | undefined {
  const at = define.indexOf('=');
  return at < 1 ? undefined : { name: define.slice(0, at).trim(), value: define.slice(at + 1), source: '-D' };
}
