/**
 * What the user reads when an attempt fails: first the user's own message with the place of the record, then the user's own
 * frames with the user's line numbers. Frames of ours and of Node are left out where the user has any; an error that is ours
 * keeps its whole stack.
 */
import { ChecksumError, LocalDiskError, messageOf, UserCodeError } from '@bobbin/mapreduce/runtime';
import type { AttemptFailure } from './worker-messages.js';

/** What the AM keeps of a failure, in characters. */
const MAX_CHARS = 8000;
/** Sources of our own that are bundled into a job file, and what Node adds. */
const FOREIGN_FRAME = /node:|\(internal\/|[\\/]@bobbin[\\/]|[\\/]packages[\\/]mapreduce[\\/](src|dist)[\\/]/;

/** The report of `thrown`; `ourFile` is the bundle this thread runs, whose frames are not the user's. */
export function failureOf(thrown: unknown, ourFile: string): AttemptFailure {
  if (thrown instanceof UserCodeError) {
    return { report: 'fatalError', text: cut([thrown.message, ...stackOf(thrown.cause, ourFile)].join('\n')) };
  }
  if (thrown instanceof LocalDiskError) return { report: 'fsError', text: cut(thrown.message) };
  if (thrown instanceof ChecksumError) return { report: 'fatalError', text: cut(thrown.message) };
  return { report: 'fatalError', text: cut(describe(thrown, ourFile)) };
}

/** The report of an error that reached nobody: thrown in a callback, or a promise nobody waited for. */
export function uncaughtOf(
  kind: 'uncaught exception' | 'unhandled rejection',
  thrown: unknown,
  ourFile: string,
): AttemptFailure {
  const head = `${kind}: ${messageOf(thrown)}`;
  return { report: 'fatalError', text: cut([head, ...stackOf(thrown, ourFile)].join('\n')) };
}

/** Whether a line of a stack is the user's; `ourFile` is the bundle that runs, empty where none of its frames can be there. */
export function isOfUser(frame: string, ourFile: string): boolean {
  return !(ourFile !== '' && frame.includes(ourFile)) && !FOREIGN_FRAME.test(frame);
}

/** The user's frames of an error's stack, one a line; causes follow. */
export function stackOf(thrown: unknown, ourFile: string): string[] {
  if (!(thrown instanceof Error)) return [];
  const { head, frames } = split(thrown);
  const users = frames.filter((frame) => isOfUser(frame, ourFile));
  const shown = users.length > 0 ? users : frames.filter((frame) => !frame.includes(ourFile));
  const cause =
    thrown.cause === undefined ? [] : [`Caused by: ${messageOf(thrown.cause)}`, ...stackOf(thrown.cause, ourFile)];
  return [head, ...shown, ...cause];
}

function describe(thrown: unknown, ourFile: string): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  const isOurs = !split(thrown).frames.some((frame) => isOfUser(frame, ourFile));
  return isOurs ? (thrown.stack ?? thrown.message) : stackOf(thrown, ourFile).join('\n');
}

/** A stack begins with the error's name and message, which may be several lines. */
function split(error: Error): { head: string; frames: string[] } {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  return first < 0
    ? { head: `${error.name}: ${error.message}`, frames: [] }
    : { head: lines.slice(0, first).join('\n'), frames: lines.slice(first) };
}

function cut(text: string): string {
  return text.length <= MAX_CHARS
    ? text
    : `${text.slice(0, MAX_CHARS)}\n... (${text.length - MAX_CHARS} characters more)`;
}
