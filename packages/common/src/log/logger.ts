/**
 * Logger: what components log through. Hadoop: slf4j. An interface of our own, so that a test records, an AppMaster's core needs no
 * library, and pino stays behind `createLogger`. Levels (style 2.9): INFO for a change of application, attempt or node; DEBUG for
 * containers and tasks; WARN for what recovered by itself; ERROR for what somebody should look at.
 */

/** Ids and figures that go with a message. An `error` is written with its stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each message; `service` names the component. */
  child(fields: LogFields): Logger;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
