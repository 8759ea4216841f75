/**
 * Starts one daemon of a local cluster as a process of its own that outlives the command: in a session apart, its output in
 * its log file. A daemon tells over its IPC channel where it serves; until then the command waits, and shows the end of the
 * log if the daemon gives up.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { processIdentity, type Clock, type DaemonReady } from '@bobbin/common';
import { CommandError } from '../errors.js';
import { commandFile } from '../installation.js';
import type { DaemonRecord } from './cluster-record.js';

const READY_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 15;

export interface DaemonCommand {
  readonly name: string;
  /** Arguments of the `bobbin` command. */
  readonly args: readonly string[];
  /** Laid over the command's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
}

const isReady = (message: unknown): message is DaemonReady =>
  typeof message === 'object' && message !== null && (message as Partial<DaemonReady>).ready === true;

/** Resolves when the daemon serves; rejects with CommandError that carries the end of its log. */
export function startDaemon(command: DaemonCommand, clock: Clock): Promise<DaemonRecord> {
  const log = openSync(command.log, 'a');
  const child = spawn(process.execPath, [commandFile, ...command.args], {
    detached: true,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      timer.cancel();
      reject(new CommandError(`${command.name} ${what}; its log ${command.log} ends with\n${tail(command.log)}`));
    };
    const timer = clock.after(READY_TIMEOUT_MS, () => {
      child.kill('SIGKILL');
      fail(`was not ready within ${READY_TIMEOUT_MS / 1000} s`);
    });
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`} before it served`));
    child.on('message', (message) => {
      if (!isReady(message)) return;
      timer.cancel();
      child.removeAllListeners('exit');
      child.disconnect();
      child.unref();
      const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
      if (!identity) return fail('ended as soon as it served');
      resolve({
        name: command.name,
        process: identity,
        address: message.address,
        webAddress: message.webAddress,
        log: command.log,
      });
    });
  });
}

function tail(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-LOG_TAIL_LINES)
    .map((line) => `  ${line}`)
    .join('\n');
}
