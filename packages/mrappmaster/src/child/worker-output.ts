/**
 * The worker's own stdout, stderr and syslog: files, written to synchronously, so that not a line is lost when user code exits,
 * blocks or dies. Node's own streams of a worker go through the main thread and lose what was not passed on by then.
 * Hadoop: the TaskLog files of an attempt.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Clock } from '@bobbin/common';

/** A file that comes into being with its first byte. A disk that fails must not fail the task: output is dropped then. */
export class LogFile {
  private fd: number | undefined;
  private broken = false;

  constructor(private readonly path: string) {}

  write(bytes: Uint8Array): void {
    if (this.broken) return;
    try {
      this.fd ??= openSync(this.path, 'a');
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    } catch {
      this.broken = true;
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/**
 * Makes `process.stdout` or `process.stderr` of this thread, and with it `console`, write to `file`. The stream stays Node's own
 * object: Node's internals call back into it.
 */
export function redirect(name: 'stdout' | 'stderr', file: LogFile): void {
  const stream: Writable = process[name];
  stream._write = (chunk: Buffer, _encoding, done): void => {
    file.write(chunk);
    done();
  };
  Object.defineProperty(stream, '_writev', { value: null });
}

/** Lines with a time, as Hadoop's syslog of a task. */
export function syslogTo(file: LogFile, clock: Clock): (line: string) => void {
  return (line) => file.write(Buffer.from(`${new Date(clock.now()).toISOString()} ${line}\n`));
}
