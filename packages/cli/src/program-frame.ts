/** What every program of the `bobbin` command has: its name, its way to print and to fail; and the exit codes. */
import { Command } from 'commander';
import type { CommandIO } from './output/io.js';

/** Beside 0 (done) and 130 (ended by Ctrl-C). */
export const EXIT = {
  /** It could not be done, or the job did not succeed. */
  FAILED: 1,
  /** The command line itself is wrong. */
  USAGE: 2,
} as const;

/** The `bobbin` command with the sub-commands that `register` adds. Parsing errors are thrown as CommanderError. */
export function programWith(io: CommandIO, version: string, register: (program: Command) => void): Command {
  const program = new Command('bobbin')
    .description('YARN and MapReduce for Node.js')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.warn(text.trimEnd()) });
  register(program);
  for (const command of allCommands(program)) command.exitOverride().configureOutput(program.configureOutput());
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
