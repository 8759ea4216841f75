/**
 * The text of launch_container.sh. Hadoop: ContainerLaunch.{sanitizeEnv,ShellScriptBuilder}, ContainerExecutor.writeLaunchEnv.
 * Pure: a description in, text out. Quoting is as naive as Hadoop's, because launch contexts rely on it: values and the
 * command stand between double quotes as they are, so `$X` is expanded by this script and a `"` ends the quoted part.
 * The links are made beforehand by the launcher; the script makes those that are missing, so that it can be run by hand.
 */

/** All that the script says; paths are absolute, values not yet expanded. */
export interface LaunchScript {
  readonly logDir: string;
  /** Variables of the NodeManager that a container gets unless its user sets them. */
  readonly whitelisted: Readonly<Record<string, string>>;
  /** The NodeManager's own; the user cannot change them. */
  readonly forced: Readonly<Record<string, string>>;
  /** The launch context's. */
  readonly user: Readonly<Record<string, string>>;
  /** Link name, relative to the working folder, to the localized file. */
  readonly links: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Replaces `<LOG_DIR>`, `<CPS>`, `<ADD_OPENS>` and `{{X}}`, as Hadoop does on Unix. */
export function expand(text: string, logDir: string): string {
  return text
    .replaceAll('<LOG_DIR>', logDir)
    .replaceAll('<CPS>', ':')
    .replaceAll('<ADD_OPENS>', '')
    .replaceAll('{{', '$')
    .replaceAll('}}', '');
}

/** The variables a value refers to as `$X` or `${X...}`; `\$` refers to nothing. */
export function references(value: string): string[] {
  return [...value.matchAll(/\\.|\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap((match) => match[1] ?? []);
}

/**
 * Sorts variables so that one comes after those it refers to; otherwise the order given stays. Variables that refer to each
 * other in a circle keep the order in which the circle is met, as in Hadoop.
 */
export function orderByReference(env: Readonly<Record<string, string>>): [name: string, value: string][] {
  const ordered: [string, string][] = [];
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const value = env[name];
    if (value === undefined || visited.has(name)) return;
    visited.add(name);
    for (const other of references(value)) visit(other);
    ordered.push([name, value]);
  };
  for (const name of Object.keys(env)) visit(name);
  return ordered;
}

/** A reason why a launch context cannot be written as a script, or undefined. */
export function invalidScript(script: {
  readonly user: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, unknown>>;
  readonly commands: readonly string[];
}): string | undefined {
  for (const name of Object.keys(script.user)) {
    if (!NAME.test(name)) return `environment variable '${name}' is not a name that bash accepts`;
  }
  for (const link of Object.keys(script.links)) {
    if (!isPathBelow(link)) return `local resource '${link}' must be a relative path inside the working folder`;
  }
  if (script.commands.length === 0) return 'the launch context has no command';
  return undefined;
}

/** Whether a link name stays inside the folder it is relative to. */
export function isPathBelow(link: string): boolean {
  return (
    link !== '' &&
    !link.startsWith('/') &&
    !link.includes('\0') &&
    link.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** The script, ready to be written with mode 0700. */
export function launchScript(script: LaunchScript): string {
  const lines = ['#!/bin/bash', '', 'set -o pipefail -e'];
  lines.push(`export PRELAUNCH_OUT="${script.logDir}/prelaunch.out"`, 'exec >"${PRELAUNCH_OUT}"');
  lines.push(`export PRELAUNCH_ERR="${script.logDir}/prelaunch.err"`, 'exec 2>"${PRELAUNCH_ERR}"');
  lines.push('echo "Setting up env variables"');
  for (const [name, value] of Object.entries(script.whitelisted)) {
    if (!(name in script.user)) lines.push(`export ${name}=\${${name}:-"${value}"}`);
  }
  for (const [name, value] of Object.entries(script.forced)) lines.push(`export ${name}="${value}"`);
  const own = Object.entries(script.user).filter(([name]) => !(name in script.forced));
  const expanded = Object.fromEntries(own.map(([name, value]) => [name, expand(value, script.logDir)]));
  for (const [name, value] of orderByReference(expanded)) lines.push(`export ${name}="${value}"`);
  lines.push('echo "Setting up job resources"');
  for (const [link, target] of Object.entries(script.links)) {
    const slash = link.lastIndexOf('/');
    const folder = slash < 0 ? '' : `mkdir -p "${link.slice(0, slash)}" && `;
    lines.push(`[ -L "${link}" ] || { ${folder}ln -sf -- "${target}" "${link}"; }`);
  }
  lines.push('echo "Launching container"');
  const command = script.commands.map((item) => expand(item, script.logDir)).join(' ');
  lines.push(`exec /bin/bash -c "${command}"`);
  return `${lines.join('\n')}\n`;
}
