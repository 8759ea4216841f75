/**
 * The errors of this package, each saying who throws it and when. What crosses a package border is in common's list.
 */
import { YarnError } from '@bobbin/common';

/** A frame, handshake or call of the umbilical that breaks its rules; thrown by the codec and the argument checks. */
export class UmbilicalProtocolError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'UMBILICAL_PROTOCOL',
      status: 'INVALID_ARGUMENT',
      hadoopClass: 'org.apache.hadoop.ipc.RpcException',
      cause,
    });
  }
}

/** A child does not know the job token; thrown by the AM's side of the handshake, and by the child's when it is told. */
export class UmbilicalRefusedError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'UMBILICAL_REFUSED',
      status: 'UNAUTHENTICATED',
      hadoopClass: 'org.apache.hadoop.security.AccessControlException',
    });
  }
}

/** The AM could not be reached for as long as the child was told to wait, or none will come; thrown by UmbilicalClient from every call. */
export class UmbilicalLostError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'UMBILICAL_LOST',
      status: 'UNAVAILABLE',
      hadoopClass: 'java.net.ConnectException',
      cause,
    });
  }
}

/** The AM answered a call with an error; thrown by UmbilicalClient. */
export class UmbilicalCallError extends YarnError {
  constructor(method: string, message: string) {
    super(`the AM refused ${method}: ${message}`, {
      code: 'UMBILICAL_CALL',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.ipc.RemoteException',
    });
  }
}

/** A client asks for a job, task or attempt that this AM does not have; thrown by MRClientService. */
export class UnknownInJobError extends YarnError {
  constructor(what: string, id: string, jobId: string) {
    super(`Unknown ${what} ${id}; this ApplicationMaster runs ${jobId}`, {
      code: 'UNKNOWN_IN_JOB',
      status: 'NOT_FOUND',
      hadoopClass: 'java.io.IOException',
    });
  }
}

/** A staged file of the job does not hold what it should; thrown when the AM reads it, before the job starts. */
export class JobFileError extends YarnError {
  constructor(place: string, why: string, cause?: unknown) {
    super(`staged file ${place} cannot be used: ${why}`, {
      code: 'BAD_JOB_FILE',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'java.io.IOException',
      cause,
    });
  }
}

/** The AM cannot start with what its container was given; thrown before the job begins. */
export class MRAppMasterStartError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'AM_START',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.yarn.exceptions.YarnRuntimeException',
      cause,
    });
  }
}

/** A history does not agree with the machines; thrown by replayHistory, which names the first event that differs. */
export class HistoryReplayError extends YarnError {
  constructor(
    readonly position: number,
    readonly event: string,
    readonly entity: string,
    readonly difference: string,
  ) {
    super(`event ${position}, ${event} of ${entity}, differs: ${difference}`, {
      code: 'HISTORY_REPLAY',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'org.apache.hadoop.yarn.exceptions.YarnRuntimeException',
    });
  }
}
