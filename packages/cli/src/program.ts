/** The `bobbin` command with all its sub-commands. Hadoop: `yarn`, `mapred`. */
import { Command } from 'commander';
import { registerAppCommands } from './app/app-commands.js';
import { registerClusterCommands } from './cluster/commands.js';
import { registerDaemonCommands } from './daemon/daemon-commands.js';
import { registerHistoryCommands } from './history/history-commands.js';
import { registerJobCommands } from './job/job-commands.js';
import { registerNodeCommands } from './node/node-commands.js';
import type { CommandIO } from './output/io.js';

/** Beside 0 (done) and 130 (ended by Ctrl-C). */
export const EXIT = {
  /** It could not be done, or the job did not succeed. */
  FAILED: 1,
  /** The command line itself is wrong. */
  USAGE: 2,
} as const;

/** `exitWith` is told the exit code of a command that decides it. Parsing errors are thrown as CommanderError. */
export function makeProgram(io: CommandIO, version: string, exitWith: (code: number) => void): Command {
  const program = new Command('bobbin')
    .description('YARN and MapReduce for Node.js')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.warn(text.trimEnd()) });
  registerClusterCommands(program, io);
  registerJobCommands(program, io, exitWith);
  registerHistoryCommands(program, io);
  registerAppCommands(program, io);
  registerNodeCommands(program, io);
  registerDaemonCommands(program, io);
  for (const command of allCommands(program)) command.exitOverride().configureOutput(program.configureOutput());
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 it failed, 2 wrong usage, 130 ended by Ctrl-C\n\nFirst steps:\n' +
      '  bobbin cluster start --nodes 2\n' +
      '  bobbin job submit wordcount.ts --input <text> --output <folder>\n' +
      '  bobbin cluster stop',
  );
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
