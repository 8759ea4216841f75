/**
 * Errors across gRPC, both ways. Code, Hadoop's class name and whether a repeat may help travel as trailers beside status
 * and message; Hadoop RPC will carry the same class name in its response header. An error that is not a YarnError is a fault
 * of the server: its caller learns the message, never the stack.
 */
import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { messageOf, UnreachableError, YarnError, type StatusName } from '../errors.js';

const CODE = 'bobbin-code';
const HADOOP_CLASS = 'bobbin-class';
const RETRIABLE = 'bobbin-retriable';

/** HTTP/2 headers are small; a longer message is cut. */
const MAX_MESSAGE_LENGTH = 4096;

const STATUS_NAMES = new Map<number, StatusName>(
  (
    [
      'INVALID_ARGUMENT',
      'NOT_FOUND',
      'ALREADY_EXISTS',
      'FAILED_PRECONDITION',
      'PERMISSION_DENIED',
      'UNAUTHENTICATED',
      'UNAVAILABLE',
      'RESOURCE_EXHAUSTED',
      'UNIMPLEMENTED',
      'DEADLINE_EXCEEDED',
      'CANCELLED',
      'INTERNAL',
    ] as const satisfies readonly StatusName[]
  ).map((name) => [status[name], name]),
);

/** The status by which a server answers a call that failed with `error`. */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  if (!(error instanceof YarnError)) {
    metadata.set(CODE, 'INTERNAL');
    metadata.set(HADOOP_CLASS, 'org.apache.hadoop.yarn.exceptions.YarnRuntimeException');
    return { code: status.INTERNAL, details: cut(`internal error: ${firstLine(messageOf(error))}`), metadata };
  }
  metadata.set(CODE, error.code);
  metadata.set(HADOOP_CLASS, error.hadoopClass);
  if (error.retriable) metadata.set(RETRIABLE, 'true');
  return { code: status[error.status], details: cut(error.message), metadata };
}

/** What a failed call to `address` says: the server's own error again, or UnreachableError where no server spoke. */
export function fromServiceError(error: ServiceError, call: string, address: string): YarnError {
  const code = trailer(error, CODE);
  if (code !== undefined) {
    return new YarnError(error.details, {
      code,
      status: STATUS_NAMES.get(error.code) ?? 'INTERNAL',
      hadoopClass: trailer(error, HADOOP_CLASS) ?? 'org.apache.hadoop.yarn.exceptions.YarnException',
      retriable: trailer(error, RETRIABLE) === 'true',
      cause: error,
    });
  }
  if (error.code === status.DEADLINE_EXCEEDED) {
    return new UnreachableError(`${call} at ${address} was not answered in time`, error);
  }
  if (isOfTransport(error)) {
    return new UnreachableError(`nothing answers ${call} at ${address}: ${reasonOf(error)}`, error);
  }
  return new YarnError(`${call} at ${address} failed: ${error.details}`, {
    code: 'RPC_FAILED',
    status: STATUS_NAMES.get(error.code) ?? 'INTERNAL',
    hadoopClass: 'org.apache.hadoop.ipc.RpcException',
    cause: error,
  });
}

/** No connection, or one that broke or was cut off by a server that stops: gRPC has a status for each of the ways. */
function isOfTransport(error: ServiceError): boolean {
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return true;
  return error.code === status.INTERNAL && /RST_STREAM|ECONNRESET|EPIPE/.test(error.details);
}

/** Why no connection stands, in words of the operating system. */
function reasonOf(error: ServiceError): string {
  if (/ECONNREFUSED/.test(error.details)) return 'connection refused';
  if (/ENOTFOUND|EAI_AGAIN|Name resolution failed/.test(error.details)) return 'the host name does not resolve';
  if (error.code === status.CANCELLED) return 'the server cut the call off';
  return error.details;
}

function trailer(error: ServiceError, key: string): string | undefined {
  const value = error.metadata.get(key)[0];
  return value === undefined ? undefined : value.toString();
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}...`;
}
