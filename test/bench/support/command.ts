/** Runs a command to its end, timed, with the peak memory of it and its children. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Sample } from './benchmark.js';
import { PeakMemory } from './process-tree.js';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly peakMb: number;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Laid over this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Roots of other trees that work for the command, counted into its peak. */
  readonly alsoCount?: () => readonly number[];
}

/** Resolves when it is over; throws with what it said where it fails. */
export function runCommand(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const started = performance.now();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const roots = child.pid === undefined ? [] : [child.pid];
  const memory = new PeakMemory(() => [...roots, ...(options.alsoCount?.() ?? [])]);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      memory.stop();
      reject(error);
    });
    child.once('close', (code, signal) => {
      const ran: Ran = {
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        seconds: (performance.now() - started) / 1000,
        peakMb: memory.stop(),
      };
      if (code === 0) return resolve(ran);
      const said = `${ran.stdout}\n${ran.stderr}`.trim();
      reject(new Error(`${file} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}\n${said}`));
    });
  });
}

/** This machine's yardstick: a Node that does nothing, from its start to its end, ms. Most of a small job is processes that start. */
export async function bareNode(): Promise<Sample> {
  const { seconds } = await runCommand(process.execPath, ['-e', '0']);
  return { value: seconds * 1000 };
}

/** Whether this machine's PATH has a command of that name. */
export function onPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

/** Whether the file is there and may be run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
