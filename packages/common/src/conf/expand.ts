/**
 * `${name}` in configuration values. Hadoop: Configuration.substituteVars: another key's value, a system property
 * (`user.name`, `user.home`, `user.dir`, `java.io.tmpdir`), or a variable of the environment as `${env.NAME}`,
 * `${env.NAME-default}` (unset) and `${env.NAME:-default}` (unset or empty). What nothing defines stays as it is.
 */
import { homedir, tmpdir, userInfo } from 'node:os';

/** As in Hadoop: a chain longer than this is taken for a circle. */
const MAX_SUBSTITUTIONS = 20;

/** The value a name stands for in `${...}`, itself not yet expanded. */
export type Lookup = (name: string) => string | undefined;

/** Expands until nothing is left to expand; `undefined` where values refer to each other in a circle. */
export function expandVariables(text: string, lookup: Lookup): string | undefined {
  let result = text;
  for (let i = 0; i <= MAX_SUBSTITUTIONS; i++) {
    const next = substituteOnce(result, lookup);
    if (next === undefined) return result;
    result = next;
  }
  return undefined;
}

/** Replaces the first variable that has a value; `undefined` where none has. */
function substituteOnce(text: string, lookup: Lookup): string | undefined {
  for (const match of text.matchAll(/\$\{([^{}$\s]+)\}/g)) {
    const value = lookup(match[1] ?? '');
    if (value !== undefined && value !== match[0]) {
      return text.slice(0, match.index) + value + text.slice(match.index + match[0].length);
    }
  }
  return undefined;
}

/** The system properties and environment of this process. */
export function processLookup(environment: Readonly<Record<string, string | undefined>>): Lookup {
  return (name) => {
    switch (name) {
      case 'user.name':
        return userName(environment);
      case 'user.home':
        return homedir();
      case 'user.dir':
        return process.cwd();
      case 'java.io.tmpdir':
        return tmpdir();
      default:
        return name.startsWith('env.') ? fromEnvironment(name.slice('env.'.length), environment) : undefined;
    }
  };
}

/** Who runs this process; a user without an account is named by the number. */
export function userName(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    return environment['USER'] ?? String(process.getuid?.() ?? 'nobody');
  }
}

function fromEnvironment(text: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const match = /^([^:-]+)(?:(:?-)(.*))?$/s.exec(text);
  if (!match) return undefined;
  const value = environment[match[1] ?? ''];
  const missing = match[2] === ':-' ? value === undefined || value === '' : value === undefined;
  return missing ? match[3] : value;
}
