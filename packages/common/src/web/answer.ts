/** JSON answers of web pages, and errors in Hadoop's form. Hadoop: webapp.GenericExceptionHandler, webapp.dao.RemoteExceptionData. */
import type { ServerResponse } from 'node:http';
import { YarnError, type StatusName } from '../errors.js';
import type { Logger } from '../log/logger.js';

const HTTP_STATUS: Partial<Record<StatusName, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  UNAVAILABLE: 503,
};

/** An error as a page tells it: name without its package, text, whole name. */
interface Fault {
  readonly exception: string;
  readonly message: string;
  readonly javaClassName?: string;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function sendFault(response: ServerResponse, status: number, fault: Fault): void {
  sendJson(response, status, { RemoteException: { ...fault, javaClassName: fault.javaClassName ?? fault.exception } });
}

/** What a page threw. A fault of the server's own is logged, and not told to the caller. */
export function sendError(response: ServerResponse, error: unknown, log: Logger): void {
  if (error instanceof URIError) {
    sendFault(response, 400, { exception: 'BadRequestException', message: 'the path is not properly encoded' });
  } else if (error instanceof YarnError) {
    const { hadoopClass: javaClassName, message } = error;
    const exception = javaClassName.split('.').at(-1) ?? javaClassName;
    sendFault(response, HTTP_STATUS[error.status] ?? 500, { exception, message, javaClassName });
  } else {
    log.error('a page failed', { error });
    sendFault(response, 500, {
      exception: 'WebApplicationException',
      message: "the page failed; the daemon's log says why",
    });
  }
}
