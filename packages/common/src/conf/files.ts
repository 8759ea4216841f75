/**
 * The three forms of a configuration file as lists of settings. Hadoop: Configuration.Parser. Each parser adds to `problems`
 * what it cannot read and goes on, so that a user sees everything at once. The XML and YAML libraries are loaded only when such a
 * file is there: a task or an AppMaster never meets one.
 */
import { messageOf } from '../errors.js';
import type { Setting } from './configuration.js';

export interface FileSetting extends Setting {
  /** Whether later sources may not change it. */
  readonly final: boolean;
}

/** `<configuration><property><name/><value/><final/></property>...</configuration>`. */
export async function parseSiteXml(file: string, content: string, problems: string[]): Promise<FileSetting[]> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const validity = XMLValidator.validate(content);
  if (validity !== true) {
    const { line, col, msg } = validity.err;
    problems.push(`${file}:${line}:${col}: not well-formed XML: ${msg}`);
    return [];
  }
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: true,
    isArray: (name) => name === 'property',
  });
  const document = parser.parse(content) as { configuration?: '' | { property?: unknown[] } };
  if (document.configuration === undefined) {
    problems.push(`${file}: should hold a <configuration> element`);
    return [];
  }
  const properties = typeof document.configuration === 'object' ? (document.configuration.property ?? []) : [];
  return properties.flatMap((property, i) => {
    const { name, value, final } = (typeof property === 'object' ? property : {}) as Record<string, unknown>;
    if (typeof name !== 'string' || name.trim() === '') {
      problems.push(`${file}: property ${i + 1} has no <name>`);
      return [];
    }
    // As in Hadoop a property without a value says nothing.
    if (typeof value !== 'string') return [];
    return [{ name: name.trim(), value, source: file, final: typeof final === 'string' && final.trim() === 'true' }];
  });
}

/** An object from keys to scalars; nested objects are joined by dots, arrays by commas. */
export function parseJson(file: string, content: string, problems: string[]): FileSetting[] {
  try {
    return flatten(file, JSON.parse(content), problems);
  } catch (error) {
    problems.push(`${file}: not valid JSON: ${messageOf(error)}`);
    return [];
  }
}

/** As JSON. */
export async function parseYaml(file: string, content: string, problems: string[]): Promise<FileSetting[]> {
  const { parse } = await import('yaml');
  try {
    return flatten(file, parse(content), problems);
  } catch (error) {
    problems.push(`${file}: not valid YAML: ${messageOf(error)}`);
    return [];
  }
}

function flatten(file: string, root: unknown, problems: string[]): FileSetting[] {
  if (root === null || root === undefined) return [];
  if (typeof root !== 'object' || Array.isArray(root)) {
    problems.push(`${file}: should hold keys and their values`);
    return [];
  }
  const settings: FileSetting[] = [];
  const visit = (prefix: string, node: object): void => {
    for (const [part, value] of Object.entries(node) as [string, unknown][]) {
      const name = prefix === '' ? part : `${prefix}.${part}`;
      const scalar = scalarText(value);
      if (scalar !== undefined) settings.push({ name, value: scalar, source: file, final: false });
      else if (typeof value === 'object' && value !== null && !Array.isArray(value)) visit(name, value);
      else problems.push(`${name} in ${file}: should be a text, a number, true, false, or a list of these`);
    }
  };
  visit('', root);
  return settings;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const items = value.map(scalarText);
  return items.every((item) => item !== undefined) ? items.join(',') : undefined;
}
