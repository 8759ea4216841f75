/** Errors that stay inside the NodeManager: they become diagnostics of a container, a health report, or the end of the daemon. */

/** No process could be started for a container; thrown by executors. The container ends with exit status -1. */
export class ContainerLaunchError extends Error {
  constructor(
    message: string,
    /** Exit status where the platform gives one, else -1. */
    readonly exitStatus = -1,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ContainerLaunchError';
  }
}

/** A resource could not be fetched; thrown by the fetcher. The message becomes the diagnostics of each waiting container. */
export class LocalizationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LocalizationError';
  }
}

/** The node has no usable folder of a kind; thrown by LocalDirsHandlerService. Containers then end with -101. */
export class DisksFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DisksFailedError';
  }
}

/** The RM does not want this node; thrown by NodeStatusUpdater. The daemon ends with this message. */
export class RegistrationRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegistrationRefusedError';
  }
}
