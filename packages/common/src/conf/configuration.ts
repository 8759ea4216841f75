/**
 * Configuration: an immutable map from Hadoop's keys to texts, read through the typed keys of the tables. Hadoop:
 * conf.Configuration, conf.Configured. Keys in no table are kept as they are, for jobs and for tools that know them; a key
 * that starts with `bobbin.` must be one of ours. Everything that is set is checked when it is made, all problems at once; a
 * `Configuration` in hand is therefore valid, and `get` of a table's key does not throw.
 */
import { ConfigurationError } from '../errors.js';
import { deprecatedKeys } from './deprecated.js';
import { expandVariables, processLookup, type Lookup } from './expand.js';
import type { ConfKey } from './key.js';
import { nearest } from './nearest.js';
import { keysByName } from './tables.js';

/** One value as a source gave it. */
export interface Setting {
  readonly name: string;
  /** Not expanded yet. */
  readonly value: string;
  /** A file, or how else it came: `-D`. */
  readonly source: string;
}

interface Known extends Setting {
  readonly expanded: string;
}

export class Configuration {
  private readonly parsed = new Map<ConfKey<unknown>, unknown>();

  private constructor(
    private readonly settings: ReadonlyMap<string, Known>,
    private readonly variables: Lookup,
  ) {}

  /**
   * Makes a configuration from settings in rising precedence. `environment` feeds `${env.X}`; by default this process's own.
   * Throws ConfigurationError with every problem: a wrong type, an unknown key of ours, values that refer to each other in
   * a circle.
   */
  static fromSettings(
    settings: readonly Setting[],
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ): Configuration {
    const byName = new Map<string, Setting>();
    for (const setting of settings) {
      const name = deprecatedKeys.get(setting.name) ?? setting.name;
      byName.set(name, { ...setting, name });
    }
    const system = processLookup(environment);
    const variables: Lookup = (name) => byName.get(name)?.value ?? keysByName.get(name)?.defaultText ?? system(name);
    const problems: string[] = [];
    const known = new Map<string, Known>();
    for (const setting of byName.values()) {
      const expanded = expandVariables(setting.value, variables);
      const problem = expanded === undefined ? circle(setting) : problemOf(setting, expanded);
      if (problem !== undefined) problems.push(problem);
      known.set(setting.name, { ...setting, expanded: expanded ?? setting.value });
    }
    if (problems.length > 0) throw new ConfigurationError(problems);
    return new Configuration(known, variables);
  }

  /** From plain properties, as `toJSON` gave them; `source` names where they came from in an error. */
  static fromProperties(properties: Readonly<Record<string, string>>, source = 'properties'): Configuration {
    return Configuration.fromSettings(Object.entries(properties).map(([name, value]) => ({ name, value, source })));
  }

  /** The value of a key of the tables, its default where it is not set. */
  get<T>(key: ConfKey<T>): T;
  /** The text of any key, expanded; `undefined` where it is neither set nor has a default. */
  get(name: string): string | undefined;
  get<T>(key: ConfKey<T> | string): T | string | undefined {
    if (typeof key === 'string') return this.textOf(key);
    if (!this.parsed.has(key)) this.parsed.set(key, this.parse(key));
    return this.parsed.get(key) as T;
  }

  /** Whether somebody set it; a default does not count. */
  isSet(key: ConfKey<unknown> | string): boolean {
    return this.settings.has(typeof key === 'string' ? key : key.name);
  }

  /** Where the value of a key came from: a file, `-D`, or `default`. */
  sourceOf(key: ConfKey<unknown> | string): string {
    return this.settings.get(typeof key === 'string' ? key : key.name)?.source ?? 'default';
  }

  /** A configuration with these values on top. Throws ConfigurationError as `fromSettings` does. */
  with(properties: Readonly<Record<string, string>>, source = 'set by the program'): Configuration {
    const added = Object.entries(properties).map(([name, value]) => ({ name, value, source }));
    return Configuration.fromSettings([...this.settings.values(), ...added]);
  }

  /**
   * What is set, expanded, sorted by name, without defaults: what a job carries to its AppMaster and its tasks. Times and sizes are
   * plain numbers in the unit of their key.
   */
  toJSON(): Record<string, string> {
    const names = [...this.settings.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.plainText(name)]));
  }

  private plainText(name: string): string {
    const text = this.settings.get(name)?.expanded ?? '';
    const key = keysByName.get(name);
    return key?.codec.plain ? key.codec.plain(this.get(key)) : text;
  }

  private textOf(name: string): string | undefined {
    const setting = this.settings.get(name);
    if (setting) return setting.expanded;
    const defaultText = keysByName.get(name)?.defaultText;
    return defaultText === undefined ? undefined : expandVariables(defaultText, this.variables);
  }

  private parse(key: ConfKey<unknown>): unknown {
    const text = this.textOf(key.name) ?? key.defaultText;
    if (text === undefined) return undefined;
    const value = key.codec.parse(key.codec.keepsBlanks ? text : text.trim());
    // A default may refer to a value that was checked as another type: `${yarn.resourcemanager.hostname}:8032`.
    if (value === undefined) throw new ConfigurationError([wrongType(key, text, `the default '${key.defaultText}'`)]);
    return value;
  }
}

function problemOf({ name, source }: Setting, expanded: string): string | undefined {
  const key = keysByName.get(name);
  if (key) {
    const value = key.codec.parse(key.codec.keepsBlanks ? expanded : expanded.trim());
    return value === undefined ? wrongType(key, expanded, source) : undefined;
  }
  if (!name.startsWith('bobbin.')) return undefined;
  const near = nearest(
    name,
    [...keysByName.keys()].filter((known) => known.startsWith('bobbin.')),
  );
  return `unknown key '${name}' in ${source}; the nearest known one is '${near}'`;
}

function wrongType(key: ConfKey<unknown>, value: string, source: string): string {
  return `${key.name} = '${value}' in ${source}: should be ${key.codec.expects}`;
}

function circle({ name, value, source }: Setting): string {
  return `${name} = '${value}' in ${source}: refers to itself in a circle`;
}
