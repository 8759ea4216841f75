/**
 * runNodeManager: a NodeManager as a process (`runDaemon`). Hadoop: NodeManager.main. Ends with an error where the RM or its own
 * state ends it.
 */
import { runDaemon, systemClock, type Configuration } from '@bobbin/common';
import { NodeManager } from './node-manager.js';

/**
 * Runs until a signal ends it; resolves then, with everything stopped. Rejects with what kept it from starting (CannotListenError,
 * StoreError, DisksFailedError, RegistrationRefusedError, UnreachableError ...) or with the reason it had to end.
 */
export function runNodeManager(conf: Configuration): Promise<void> {
  return runDaemon({
    name: 'NodeManager',
    conf,
    make: (log) =>
      new NodeManager({ conf, clock: systemClock, log, environment: process.env, nodePath: process.execPath }),
  });
}
