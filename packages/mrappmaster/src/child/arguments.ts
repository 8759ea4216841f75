/**
 * The arguments of `task.cjs`: `<am host> <am port> <container id>`. Hadoop: those of YarnChild. In an uber job the AM starts the process
 * before it listens, and tells host and port over the process's channel.
 */

/** In the place of host and port: they will be told. */
export const TOLD_BY_PARENT = '-';

/** The one message to a process that was started so. */
export interface FromParent {
  readonly amHost: string;
  readonly amPort: number;
}

/** Whether host and port are still to be told. */
export function areToldByParent([host]: readonly string[]): boolean {
  return host === TOLD_BY_PARENT;
}

/** The arguments with what the parent has told. Resolves when it has. */
export function toldArguments(args: readonly string[], channel: NodeJS.EventEmitter): Promise<readonly string[]> {
  return new Promise((resolve) => {
    channel.once('message', ({ amHost, amPort }: FromParent) => resolve([amHost, String(amPort), ...args.slice(2)]));
  });
}
