/**
 * runDaemon: a daemon as a process, the frame around the mains of RM and NM. Hadoop: service.launcher.ServiceLauncher. Says where the
 * daemon serves over the IPC channel and in `bobbin.daemon.ready-file`; ends it cleanly on TERM, INT and HUP.
 */
import { rmSync } from 'node:fs';
import { bobbinKeys } from '../conf/bobbin-keys.js';
import type { Configuration } from '../conf/configuration.js';
import { writeFileAtomic } from '../fs/atomic.js';
import { createLogger } from '../log/create-logger.js';
import type { Logger } from '../log/logger.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Where a daemon serves, as others reach it: `host:port`. */
export interface DaemonAddresses {
  readonly address: string;
  readonly webAddress: string;
}

export interface Daemon {
  /** Rejects with what kept it from starting. */
  start(): Promise<DaemonAddresses>;
  /** Rejects with what ended the daemon from inside. */
  readonly ended: Promise<unknown>;
  /** Safe to call twice, after a start that failed, and while one is under way. */
  stop(): Promise<void>;
}

/** What the starter of a daemon is told once it serves. */
export interface DaemonReady extends DaemonAddresses {
  readonly ready: true;
  readonly pid: number;
}

export interface RunDaemonOptions {
  /** As people write it: `NodeManager`. */
  readonly name: string;
  readonly conf: Configuration;
  readonly make: (log: Logger) => Daemon;
  /** Resolves when the daemon is asked to end; without it, the first signal that says so. */
  readonly asked?: Promise<unknown>;
  /** Without it, over the IPC channel where there is one. */
  readonly announce?: (ready: DaemonReady) => void;
}

/** Runs until it is asked to end; resolves then, with everything stopped. Rejects with what kept it from starting, or ended it. */
export async function runDaemon({
  name,
  conf,
  make,
  asked = firstSignal(),
  announce,
}: RunDaemonOptions): Promise<void> {
  const file = conf.get(bobbinKeys.logFile);
  const level = conf.get(bobbinKeys.logLevel);
  const log = createLogger({ name: name.toLowerCase(), level, ...(file === undefined ? {} : { file }) });
  const readyFile = conf.get(bobbinKeys.readyFile);
  const daemon = make(log);
  daemon.ended.catch(() => undefined);
  try {
    const addresses = await Promise.race([daemon.start(), asked.then(() => undefined)]);
    if (addresses) {
      const ready: DaemonReady = { ready: true, ...addresses, pid: process.pid };
      if (readyFile !== undefined) writeFileAtomic(readyFile, `${JSON.stringify(ready)}\n`);
      if (announce) announce(ready);
      // Whoever started this may be gone: no reason to end.
      else process.send?.(ready, undefined, undefined, () => undefined);
      log.info(`${name} ${addresses.address} is ready`, { webAddress: addresses.webAddress });
      // Timers do not keep the process alive; the sockets do, and this.
      await Promise.race([asked, daemon.ended]);
    }
  } finally {
    await daemon.stop();
    if (readyFile !== undefined) rmSync(readyFile, { force: true });
    log.info(`${name} has stopped`);
  }
}

/** Resolves at the first signal that asks to end; a second one of its kind ends the process at once, as by default. */
function firstSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve(undefined));
  });
}
