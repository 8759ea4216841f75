/** main: the `bobbin` command as a process, with all its sub-commands. */
import { runProgram } from './command-process.js';
import { makeProgram } from './program.js';

/** Runs the command; resolves when it is over, `process.exitCode` set. */
export function run(args: readonly string[]): Promise<void> {
  return runProgram(args, makeProgram);
}
