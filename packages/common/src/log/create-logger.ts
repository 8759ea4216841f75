/**
 * createLogger: a Logger on pino. To a file it writes JSON lines, to a terminal lines for people. Writes are synchronous: what was
 * logged before a crash is in the file.
 */
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, type Logger as PinoLogger } from 'pino';
import { messageOf } from '../errors.js';
import { formatLogLine } from './format.js';
import type { LogFields, Logger, LogLevel } from './logger.js';

export interface LoggerOptions {
  /** The daemon: `resourcemanager`. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Appended to, its folder made; absent: the error output. */
  readonly file?: string;
}

/** Throws an Error naming the file when it cannot be written. */
export function createLogger(options: LoggerOptions): Logger {
  const fd = options.file === undefined ? 2 : openLog(options.file);
  const forPeople = options.file === undefined && process.stderr.isTTY;
  const write = (line: string): void => {
    writeAll(fd, forPeople ? `${formatLogLine(line.trimEnd(), { colour: true })}\n` : line);
  };
  const logger = pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    { write },
  );
  return new PinoBackedLogger(logger);
}

function openLog(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'a', 0o640);
  } catch (error) {
    throw new Error(`log file ${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** A log that cannot be written (a full disk, a closed terminal) must not stop a daemon. */
function writeAll(fd: number, line: string): void {
  try {
    writeSync(fd, line);
  } catch {
    // Nowhere is left to say so.
  }
}

class PinoBackedLogger implements Logger {
  constructor(private readonly logger: PinoLogger) {}

  debug(message: string, fields: LogFields = {}): void {
    this.logger.debug(fields, message);
  }
  info(message: string, fields: LogFields = {}): void {
    this.logger.info(fields, message);
  }
  warn(message: string, fields: LogFields = {}): void {
    this.logger.warn(fields, message);
  }
  error(message: string, fields: LogFields = {}): void {
    this.logger.error(fields, message);
  }
  child(fields: LogFields): Logger {
    return new PinoBackedLogger(this.logger.child(fields));
  }
}
