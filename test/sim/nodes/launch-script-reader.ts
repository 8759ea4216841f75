/**
 * What bash would make of a launch script: the environment and the command line of a container. Reads the few forms that the NodeManager writes
 * (launch-script.ts); so a wrong export or command in a script shows in the simulation too.
 */

export interface ReadScript {
  readonly environment: Readonly<Record<string, string>>;
  /** The command, expanded; redirections stand in it as written. */
  readonly command: string;
}

const EXPORT = /^export ([A-Za-z_]\w*)=(?:\$\{\w+:-"(.*)"\}|"(.*)")$/;
const COMMAND = /^exec \/bin\/bash -c "(.*)"$/;

/** Throws where there is no command. */
export function readLaunchScript(script: string): ReadScript {
  const environment: Record<string, string> = {};
  const expand = (text: string): string =>
    text.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_, name: string) => environment[name] ?? '');
  let command: string | undefined;
  for (const line of script.split('\n')) {
    const [, name, fallback, value] = EXPORT.exec(line) ?? [];
    if (name !== undefined) environment[name] = expand(value ?? fallback ?? '');
    const [, text] = COMMAND.exec(line) ?? [];
    if (text !== undefined) command = expand(text);
  }
  if (command === undefined) throw new Error('the launch script has no command');
  return { environment, command };
}
