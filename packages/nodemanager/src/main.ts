/**
 * runNodeManager: a NodeManager as a process. Hadoop: NodeManager.main. Says where it serves over its IPC channel and in
 * `bobbin.daemon.ready-file`; ends cleanly on TERM, INT and HUP, and with an error where the RM or its own state ends it.
 */
import { rmSync } from 'node:fs';
import {
  bobbinKeys,
  createLogger,
  firstSignal,
  systemClock,
  writeFileAtomic,
  type Configuration,
} from '@bobbin/common';
import { NodeManager } from './node-manager.js';

/**
 * Runs until a signal ends it; resolves then, with everything stopped. Rejects with what kept it from starting (CannotListenError,
 * StoreError, DisksFailedError, RegistrationRefusedError, UnreachableError ...) or with the reason it had to end.
 */
export async function runNodeManager(conf: Configuration): Promise<void> {
  const logFile = conf.get(bobbinKeys.logFile);
  const log = createLogger({
    name: 'nodemanager',
    level: conf.get(bobbinKeys.logLevel),
    ...(logFile === undefined ? {} : { file: logFile }),
  });
  const signal = firstSignal();
  const nodeManager = new NodeManager({
    conf,
    clock: systemClock,
    log,
    environment: process.env,
    nodePath: process.execPath,
  });
  const readyFile = conf.get(bobbinKeys.readyFile);
  try {
    const addresses = await Promise.race([nodeManager.start(), signal.then(() => undefined)]);
    if (addresses) {
      const ready = { ready: true, ...addresses, pid: process.pid } as const;
      if (readyFile !== undefined) writeFileAtomic(readyFile, `${JSON.stringify(ready)}\n`);
      process.send?.(ready);
      log.info(`NodeManager ${addresses.address} is ready`, { webAddress: addresses.webAddress });
      const reason = await Promise.race([nodeManager.ended, signal]);
      if (reason !== undefined) throw new Error(`the NodeManager ended: ${reason}`);
    }
  } finally {
    await nodeManager.stop();
    if (readyFile !== undefined) rmSync(readyFile, { force: true });
    log.info('NodeManager has stopped');
  }
}
