/**
 * runResourceManager: a ResourceManager as a process. Hadoop: ResourceManager.main. Says where it serves over its IPC channel and in
 * `bobbin.daemon.ready-file`; ends cleanly on TERM, INT and HUP, and with an error where its own state ends it.
 */
import { rmSync } from 'node:fs';
import {
  bobbinKeys,
  createLogger,
  firstSignal,
  systemClock,
  systemRandom,
  writeFileAtomic,
  type Configuration,
} from '@bobbin/common';
import { ResourceManager } from './resource-manager.js';

/**
 * Runs until a signal ends it; resolves then, with everything stopped. Rejects with what kept it from starting (ConfigurationError,
 * StoreError, CannotListenError) or with the error that ended it.
 */
export async function runResourceManager(conf: Configuration): Promise<void> {
  const file = conf.get(bobbinKeys.logFile);
  const log = createLogger({
    name: 'resourcemanager',
    level: conf.get(bobbinKeys.logLevel),
    ...(file !== undefined && { file }),
  });
  const readyFile = conf.get(bobbinKeys.readyFile);
  const signal = firstSignal();
  const resourceManager = new ResourceManager({ conf, clock: systemClock, random: systemRandom, log });
  try {
    const addresses = await resourceManager.start();
    const ready = { ready: true, ...addresses, pid: process.pid } as const;
    if (readyFile !== undefined) writeFileAtomic(readyFile, `${JSON.stringify(ready)}\n`);
    process.send?.(ready);
    log.info(`ResourceManager ${addresses.address} is ready`, { webAddress: addresses.webAddress });
    // Timers do not keep the process alive; the sockets do, and this.
    await Promise.race([signal, resourceManager.ended]);
  } finally {
    await resourceManager.stop();
    if (readyFile !== undefined) rmSync(readyFile, { force: true });
    log.info('ResourceManager has stopped');
  }
}
