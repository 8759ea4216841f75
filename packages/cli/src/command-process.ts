/**
 * runProgram: the `bobbin` command, or a part of it, as a process. Prints what went wrong in one message without a stack, and sets the exit code; a fault of ours
 * is the exception, and shows its stack. BOBBIN_DEBUG=1 shows it always.
 */
import { writeSync } from 'node:fs';
import { CommanderError, type Command } from 'commander';
import { errnoOf, every, foregroundClock, messageOf, YarnError } from '@bobbin/common';
import { explain } from './explain.js';
import { installedBundle, installedVersion } from './installation.js';
import type { CommandIO } from './output/io.js';
import { EXIT } from './program-frame.js';

/** Makes the program; `exitWith` is told the exit code of a command that decides it. */
export type MakeProgram = (io: CommandIO, version: string, exitWith: (code: number) => void) => Command;

/** Runs the command; resolves when it is over, `process.exitCode` set. */
export async function runProgram(args: readonly string[], makeProgram: MakeProgram): Promise<void> {
  const io = processIO();
  // A held call's timers keep no process alive; a command that waits must.
  const alive = every(foregroundClock, 1 << 30, () => undefined);
  const program = makeProgram(io, installedVersion(), (code) => void (process.exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, io);
  } finally {
    alive.cancel();
  }
}

/** Says what went wrong; the exit code. */
function report(error: unknown, io: CommandIO): number {
  // Commander has said it itself; `--help` and `--version` come this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.USAGE;
  const stack = (error as { stack?: unknown }).stack;
  const debug = io.environment['BOBBIN_DEBUG'] !== undefined && io.environment['BOBBIN_DEBUG'] !== '';
  const expected = error instanceof YarnError;
  io.warn(`bobbin: ${explain(error)}`);
  if ((!expected || debug) && typeof stack === 'string') io.warn(stack);
  return EXIT.FAILED;
}

function processIO(): CommandIO {
  const { stdout } = process;
  return {
    environment: process.env,
    clock: foregroundClock,
    print: (line) => writeLine(1, line),
    warn: (line) => writeLine(2, line),
    ...(stdout.isTTY && {
      terminal: {
        get columns() {
          // 0 where the terminal does not know.
          return stdout.columns || 80;
        },
        write: (text: string) => void write(1, text),
      },
    }),
    bundle: installedBundle,
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
  };
}

const writeLine = (fd: number, line: string): void => write(fd, `${line}\n`);

/** Written when it returns: nothing is lost when the process ends. A reader that went away (`| head`) ends the command. */
function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') continue;
      if (errnoOf(error) === 'EPIPE') process.exit(EXIT.FAILED);
      throw new Error(`output cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }
}
