/**
 * main of a daemon: `bobbin resourcemanager` or `bobbin nodemanager` and nothing else of the command. Each runs from a bundle of its own:
 * a daemon stays, and what it has loaded it keeps in memory.
 */
import { runProgram } from '../command-process.js';
import { programWith } from '../program-frame.js';
import { registerDaemonCommands } from './daemon-commands.js';

/** Runs the daemon that the arguments name; resolves when it has ended, `process.exitCode` set. */
export function run(args: readonly string[]): Promise<void> {
  return runProgram(args, (io, version) => programWith(io, version, (program) => registerDaemonCommands(program, io)));
}
