/**
 * Runs the `bobbin` command as a user does: the built CLI, in a process of its own, seen through its output, exit code and
 * files. Nothing here reaches into a package.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export const repository = join(__dirname, '../../..');
const entry = join(repository, 'packages/cli/bin/bobbin.mjs');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the output so far matches; rejects when the command ends without. */
  printed(pattern: RegExp): Promise<string>;
}

/** Starts `bobbin ...args`, below the command `wrapper` where there is one; `env` is laid over this process's environment. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): Running {
  const [program = '', ...rest] = [...wrapper, process.execPath, entry, ...args];
  const child = spawn(program, rest, {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let over = false;
  const waiters = new Set<() => void>();
  const tell = (): void => waiters.forEach((waiter) => waiter());
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    tell();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    tell();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      tell();
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    process: child,
    finished,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (!match && !over) return;
          waiters.delete(look);
          if (match) resolve(match[0]);
          else reject(new Error(`bobbin ${args.join(' ')} ended without ${pattern}\n${stdout}\n${stderr}`));
        };
        waiters.add(look);
        look();
      }),
  };
}

/** Runs `bobbin ...args` to its end. */
export function bobbin(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return start(args, env).finished;
}

/** As `bobbin`, but a failure throws with everything that was printed. */
export async function succeed(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): Promise<Finished> {
  const result = await start(args, env, wrapper).finished;
  if (result.code !== 0) {
    throw new Error(`bobbin ${args.join(' ')} exited with ${result.code}\n${result.stdout}\n${result.stderr}`);
  }
  return result;
}
