/** A client that has been started before: the `bobbin` command in a process that carries out one command line after another. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Answer {
  readonly ms: number;
  readonly exitCode: number;
}

export class WarmClient {
  private said = '';
  private readonly gone: Promise<never>;

  private constructor(private readonly child: ChildProcess) {
    this.gone = once(child, 'exit').then((): never => {
      throw new Error(`the warm client is gone\n${this.said}`);
    });
    this.gone.catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    }
  }

  /** `root`: the checkout; `env` is laid over this process's environment. */
  static start(root: string, env: Readonly<Record<string, string>>): WarmClient {
    const file = join(root, 'test/bench/support/warm-client-process.mjs');
    const child = fork(file, [join(root, 'packages/cli/dist/bobbin.cjs')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new WarmClient(child);
  }

  /** One command line to its end: how long it took, and the line it printed. Throws with what it said where it fails. One at a time. */
  async run(...args: string[]): Promise<{ readonly ms: number; readonly line: string }> {
    this.said = '';
    const answered = once(this.child, 'message') as Promise<[Answer]>;
    this.child.send({ args });
    const [{ ms, exitCode }] = await Promise.race([answered, this.gone]);
    // What was printed comes by another way than the answer.
    while (exitCode === 0 && !this.said.endsWith('\n')) await new Promise((resolve) => setImmediate(resolve));
    if (exitCode !== 0) throw new Error(`bobbin ${args.join(' ')} ended with exit code ${exitCode}\n${this.said}`);
    return { ms, line: this.said };
  }

  /** Ends the process. Safe to call twice. */
  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
