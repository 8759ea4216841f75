/**
 * The errors of this package, each saying who throws it and when. What a server says arrives as YarnError with the server's code.
 */
import { YarnError } from '@bobbin/common';

/** An AppMaster's call out of order: before it registered, twice, or after it unregistered; thrown by AMRMClient without asking the RM. */
export class AMRMClientStateError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'AMRM_CLIENT_STATE',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'java.lang.IllegalStateException',
    });
  }
}

/** The AppMaster must end: the RM does not know its attempt, or could not be reached for too long; from AMRMClient's streams and `ended`. */
export class AMShutdownError extends YarnError {
  constructor(reason: string, cause?: unknown) {
    super(reason, {
      code: 'AM_SHUTDOWN',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.yarn.exceptions.ApplicationAttemptNotFoundException',
      cause,
    });
  }
}

/** A request for containers that no RM could serve as it stands; thrown by AMRMClient before it is sent. */
export class InvalidContainerRequestError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_CONTAINER_REQUEST',
      status: 'INVALID_ARGUMENT',
      hadoopClass: 'org.apache.hadoop.yarn.client.api.InvalidContainerRequestException',
    });
  }
}

/** The RM gave no NM token for a node; thrown when that node is to be called. */
export class MissingNMTokenError extends YarnError {
  constructor(nodeId: string) {
    super(`no NM token for ${nodeId}: the ResourceManager sends one with the first container on a node`, {
      code: 'MISSING_NM_TOKEN',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.security.token.SecretManager$InvalidToken',
    });
  }
}

/** An NM has refused a container; thrown by NMClient. `nmClass` is Hadoop's name of the reason, `reason` what the NM says. */
export class ContainerRefusedError extends YarnError {
  constructor(
    readonly containerId: string,
    readonly nodeId: string,
    readonly nmClass: string,
    readonly reason: string,
    retriable = false,
  ) {
    super(`${nodeId} refuses container ${containerId}: ${reason}`, {
      code: 'CONTAINER_REFUSED',
      status: 'FAILED_PRECONDITION',
      hadoopClass: nmClass,
      retriable,
    });
  }
}

/** An application was submitted and ended before it could run; thrown by YarnClient.submitApplication with the RM's diagnostics. */
export class ApplicationRejectedError extends YarnError {
  constructor(applicationId: string, state: string, diagnostics: string) {
    super(`Failed to submit ${applicationId} to YARN, it is ${state} : ${diagnostics}`, {
      code: 'APPLICATION_REJECTED',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.yarn.exceptions.YarnException',
    });
  }
}
