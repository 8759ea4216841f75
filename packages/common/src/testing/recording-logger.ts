/** A Logger that keeps what it is told, children included, in one list. */
import type { LogFields, Logger } from '../log/logger.js';

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Those of the parents too. */
  readonly fields: LogFields;
}

export interface RecordingLogger extends Logger {
  readonly entries: LogEntry[];
}

export function recordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  const bound = (own: LogFields): RecordingLogger => {
    const record =
      (level: LogEntry['level']) =>
      (message: string, fields: LogFields = {}): void =>
        void entries.push({ level, message, fields: { ...own, ...fields } });
    return {
      entries,
      debug: record('debug'),
      info: record('info'),
      warn: record('warn'),
      error: record('error'),
      child: (fields) => bound({ ...own, ...fields }),
    };
  };
  return bound({});
}
