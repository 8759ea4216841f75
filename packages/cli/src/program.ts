/** The `bobbin` command with all its sub-commands. Hadoop: `yarn`, `mapred`. */
import type { Command } from 'commander';
import { registerAppCommands } from './app/app-commands.js';
import { registerAttemptCommands } from './attempt/attempt-commands.js';
import { registerClusterCommands } from './cluster/commands.js';
import { registerContainerCommands } from './container/container-commands.js';
import { registerDaemonCommands } from './daemon/daemon-commands.js';
import { registerHistoryCommands } from './history/history-commands.js';
import { registerJobCommands } from './job/job-commands.js';
import { registerNodeCommands } from './node/node-commands.js';
import type { CommandIO } from './output/io.js';
import { programWith } from './program-frame.js';

/** `exitWith` is told the exit code of a command that decides it. Parsing errors are thrown as CommanderError. */
export function makeProgram(io: CommandIO, version: string, exitWith: (code: number) => void): Command {
  const program = programWith(io, version, (program) => {
    registerClusterCommands(program, io);
    registerJobCommands(program, io, exitWith);
    registerHistoryCommands(program, io);
    registerAppCommands(program, io, exitWith);
    registerAttemptCommands(program, io);
    registerContainerCommands(program, io);
    registerNodeCommands(program, io);
    registerDaemonCommands(program, io);
  });
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 it failed, 2 wrong usage, 130 ended by Ctrl-C\n\nFirst steps:\n' +
      '  bobbin cluster start --nodes 2\n' +
      '  bobbin job submit wordcount.ts --input <text> --output <folder>\n' +
      '  bobbin cluster stop',
  );
  return program;
}
