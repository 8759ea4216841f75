/**
 * evaluateJob: runs a bundled job file as a task would and checks what it exports, so that a mistake is said before anything is
 * submitted. It runs in the command's own process: it is its user's own code.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setSourceMapsEnabled } from 'node:process';
import { messageOf } from '@bobbin/common';
import { InvalidJobError, validateJob } from '@bobbin/mapreduce';
import { shareJobApi } from '@bobbin/mapreduce/runtime';
import { CommandError } from '../errors.js';

type Job = ReturnType<typeof validateJob>;

/** The job definition; throws CommandError with the file's name and every problem of it. */
export function evaluateJob(file: string, code: string): Job {
  const exported = evaluate(file, code);
  try {
    return validateJob(exported['default']);
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error;
    throw new CommandError(error.problems.map((problem) => `${file}: ${problem}`).join('\n'), error);
  }
}

function evaluate(file: string, code: string): Readonly<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'bobbin-job-'));
  try {
    const path = join(folder, 'job.cjs');
    writeFileSync(path, code);
    setSourceMapsEnabled(true);
    shareJobApi();
    return createRequire(path)(path) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CommandError(
      `${file} throws when it is loaded: ${messageOf(error)}${authorsLines(error, folder)}`,
      error,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The stack without Node's own frames and ours. */
function authorsLines(error: unknown, folder: string): string {
  const stack = typeof error === 'object' && error !== null ? (error as { stack?: unknown }).stack : undefined;
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .filter(
      (line) => !/\(node:|at node:|\/node_modules\/|packages\/(cli|mapreduce)\//.test(line) && !line.includes(folder),
    )
    .map((line) => `\n${line}`)
    .join('');
}
