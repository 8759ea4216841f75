/**
 * runResourceManager: a ResourceManager as a process (`runDaemon`). Hadoop: ResourceManager.main. Ends with an error where its own
 * state ends it.
 */
import { runDaemon, systemClock, systemRandom, type Configuration } from '@bobbin/common';
import { ResourceManager } from './resource-manager.js';

/**
 * Runs until a signal ends it; resolves then, with everything stopped. Rejects with what kept it from starting (ConfigurationError,
 * StoreError, CannotListenError) or with the error that ended it.
 */
export function runResourceManager(conf: Configuration): Promise<void> {
  return runDaemon({
    name: 'ResourceManager',
    conf,
    make: (log) => new ResourceManager({ conf, clock: systemClock, random: systemRandom, log }),
  });
}
