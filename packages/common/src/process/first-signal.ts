/** The signals by which a daemon is asked to end. Hadoop: util.ShutdownHookManager, StringUtils.startupShutdownMessage. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Resolves at the first signal that asks to end; a second one of its kind ends the process at once, as by default. */
export function firstSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve(undefined));
  });
}
