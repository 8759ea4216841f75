/**
 * All errors that cross a package border. Each carries a stable code, a gRPC status name, Hadoop's class name (so that a
 * Hadoop client can be answered in its own words) and readonly data. Messages name the thing and the value, without a
 * full stop, and say what would be right.
 */

/** Status names of gRPC that Bobbin uses; the rpc layer maps them to numbers. */
export type StatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'UNAVAILABLE'
  | 'RESOURCE_EXHAUSTED'
  | 'UNIMPLEMENTED'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'INTERNAL';

export interface YarnErrorOptions {
  /** Stable, for programs: `APPLICATION_NOT_FOUND`. */
  readonly code: string;
  readonly status: StatusName;
  /** Fully qualified Hadoop exception class. */
  readonly hadoopClass: string;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/** Base of every error a caller can act on. The rpc layer rebuilds one from a failed call, whatever its subclass. */
export class YarnError extends Error {
  readonly code: string;
  readonly status: StatusName;
  readonly hadoopClass: string;
  readonly retriable: boolean;

  constructor(message: string, options: YarnErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.hadoopClass = options.hadoopClass;
    this.retriable = options.retriable ?? false;
  }
}

const YARN = 'org.apache.hadoop.yarn.exceptions.';
const SECURITY = 'org.apache.hadoop.security.';

/** A text that is not an id of the kind wanted; thrown by the parsers of `records/ids`. */
export class InvalidIdError extends YarnError {
  constructor(what: string, text: string, example: string) {
    super(`'${text}' is not ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}; one looks like '${example}'`, {
      code: 'INVALID_ID',
      status: 'INVALID_ARGUMENT',
      hadoopClass: 'java.lang.IllegalArgumentException',
    });
  }
}

/** A request whose fields contradict the protocol; thrown by services. */
export class BadRequestError extends YarnError {
  constructor(message: string) {
    super(message, { code: 'BAD_REQUEST', status: 'INVALID_ARGUMENT', hadoopClass: `${YARN}YarnException` });
  }
}

/** A body that does not decode, or lacks a required field; thrown by the rpc front. */
export class InvalidMessageError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'INVALID_MESSAGE',
      status: 'INVALID_ARGUMENT',
      hadoopClass: 'org.apache.hadoop.thirdparty.protobuf.InvalidProtocolBufferException',
      cause,
    });
  }
}

/** The RM knows no such application. */
export class ApplicationNotFoundError extends YarnError {
  constructor(id: string) {
    super(`Application with id '${id}' doesn't exist in RM. Please check that the job submission was successful`, {
      code: 'APPLICATION_NOT_FOUND',
      status: 'NOT_FOUND',
      hadoopClass: `${YARN}ApplicationNotFoundException`,
    });
  }
}

/** The RM knows no such attempt. Asked by an AM: it is over or never was, and that AM must exit. */
export class ApplicationAttemptNotFoundError extends YarnError {
  constructor(id: string, askedBy: 'AM' | 'CLIENT' = 'AM') {
    super(
      askedBy === 'AM'
        ? `Application attempt ${id} doesn't exist in ApplicationMasterService cache: it is over, or never was; its AppMaster must exit`
        : `ApplicationAttempt with id '${id}' doesn't exist in RM`,
      {
        code: 'APPLICATION_ATTEMPT_NOT_FOUND',
        status: 'NOT_FOUND',
        hadoopClass: `${YARN}ApplicationAttemptNotFoundException`,
      },
    );
  }
}

export class ContainerNotFoundError extends YarnError {
  constructor(id: string) {
    super(`Container with id '${id}' doesn't exist: it is over, or never was`, {
      code: 'CONTAINER_NOT_FOUND',
      status: 'NOT_FOUND',
      hadoopClass: `${YARN}ContainerNotFoundException`,
    });
  }
}

/** allocate or finish before register, or after an RM restart: register, reset the response id, send all asks again. */
export class ApplicationMasterNotRegisteredError extends YarnError {
  constructor(id: string, call: string) {
    super(`AM of ${id} called ${call} before registerApplicationMaster; register first`, {
      code: 'APPLICATION_MASTER_NOT_REGISTERED',
      status: 'FAILED_PRECONDITION',
      hadoopClass: `${YARN}ApplicationMasterNotRegisteredException`,
    });
  }
}

/** Registered twice, or a response id that is neither the current nor the previous one. */
export class InvalidApplicationMasterRequestError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_APPLICATION_MASTER_REQUEST',
      status: 'INVALID_ARGUMENT',
      hadoopClass: `${YARN}InvalidApplicationMasterRequestException`,
    });
  }
}

/** An ask below zero or above the maximum: the whole allocate or submit fails. */
export class InvalidResourceRequestError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_RESOURCE_REQUEST',
      status: 'INVALID_ARGUMENT',
      hadoopClass: `${YARN}InvalidResourceRequestException`,
    });
  }
}

/** A release of a container that belongs to another attempt. */
export class InvalidContainerReleaseError extends YarnError {
  constructor(container: string, attempt: string) {
    super(
      `Cannot release container ${container}: it does not belong to application attempt ${attempt}; release what allocate gave it`,
      {
        code: 'INVALID_CONTAINER_RELEASE',
        status: 'INVALID_ARGUMENT',
        hadoopClass: `${YARN}InvalidContainerReleaseException`,
      },
    );
  }
}

/** A blacklist that cannot be honoured (`*`). */
export class InvalidResourceBlacklistRequestError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_RESOURCE_BLACKLIST_REQUEST',
      status: 'INVALID_ARGUMENT',
      hadoopClass: `${YARN}InvalidResourceBlacklistRequestException`,
    });
  }
}

/** The container token was made for another node or by an earlier RM. */
export class InvalidContainerError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_CONTAINER',
      status: 'INVALID_ARGUMENT',
      hadoopClass: `${YARN}InvalidContainerException`,
    });
  }
}

/** A token that is missing, altered, expired, or of another kind than the call needs. */
export class InvalidTokenError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'INVALID_TOKEN',
      status: 'UNAUTHENTICATED',
      hadoopClass: `${SECURITY}token.SecretManager$InvalidToken`,
    });
  }
}

/** The caller is known, but may not do this. */
export class AccessControlError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'ACCESS_DENIED',
      status: 'PERMISSION_DENIED',
      hadoopClass: `${SECURITY}AccessControlException`,
    });
  }
}

/** The NM has not registered with the RM yet: try again. */
export class NMNotYetReadyError extends YarnError {
  constructor(message: string) {
    super(message, {
      code: 'NM_NOT_YET_READY',
      status: 'UNAVAILABLE',
      hadoopClass: `${YARN}NMNotYetReadyException`,
      retriable: true,
    });
  }
}

/** A part of YARN's protocol that this release refuses. */
export class FeatureNotEnabledError extends YarnError {
  constructor(feature: string) {
    super(`${feature} is not supported by this release of Bobbin`, {
      code: 'FEATURE_NOT_ENABLED',
      status: 'UNIMPLEMENTED',
      hadoopClass: `${YARN}YARNFeatureNotEnabledException`,
    });
  }
}

/** Nothing answers at an address, or the answer did not come in time. Made by the client factory after its retries. */
export class UnreachableError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'UNREACHABLE',
      status: 'UNAVAILABLE',
      hadoopClass: 'java.net.ConnectException',
      retriable: true,
      cause,
    });
  }
}

/** The protocol has no such method, in Hadoop neither; thrown by the rpc front. */
export class NoSuchMethodError extends YarnError {
  constructor(method: string, protocol: string) {
    super(`unknown method ${method} called on ${protocol} protocol`, {
      code: 'NO_SUCH_METHOD',
      status: 'UNIMPLEMENTED',
      hadoopClass: 'org.apache.hadoop.ipc.RpcNoSuchMethodException',
    });
  }
}

/** The caller gave up on a call by its signal; made by the client factory. The server may have carried it out. */
export class CallCancelledError extends YarnError {
  constructor(call: string) {
    super(`${call} was cancelled by its caller`, {
      code: 'CANCELLED',
      status: 'CANCELLED',
      hadoopClass: 'java.util.concurrent.CancellationException',
    });
  }
}

/** A server cannot listen where it was told to: port in use, host unknown, not allowed. */
export class CannotListenError extends YarnError {
  constructor(address: string, reason: string, cause?: unknown) {
    super(`cannot listen on ${address}: ${reason}`, {
      code: 'CANNOT_LISTEN',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'java.net.BindException',
      cause,
    });
  }
}

/** Configuration that cannot be used; lists every problem at once. */
export class ConfigurationError extends YarnError {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? (problems[0] ?? '') : `${problems.length} problems:\n  ${problems.join('\n  ')}`, {
      code: 'BAD_CONFIGURATION',
      status: 'INVALID_ARGUMENT',
      hadoopClass: 'java.lang.IllegalArgumentException',
    });
    this.problems = problems;
  }
}

/** For the last branch of a switch over a union: compiles only when every member is handled. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  // Not `instanceof`: errors of Node's own modules are of another realm under a test runner and in a worker's context.
  const message = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : undefined;
  return typeof message === 'string' ? message : String(error);
}

/** Node's code of a failed system call, such as `ENOENT`; `undefined` for other errors. */
export function errnoOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
