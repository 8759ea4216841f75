/**
 * One JSON log line as a person reads it: `12:03:04.567 INFO  RMAppManager application_1_0001 State change ... attempt=1`.
 * Used where a daemon logs to a terminal, and by the command line when it shows a log.
 */

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
const COLOURS: Readonly<Record<string, string>> = { WARN: '\u001b[33m', ERROR: '\u001b[31m', FATAL: '\u001b[31m' };
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

/** The line for a terminal, without a line end. A line that is not of our log comes back as it is. */
export function formatLogLine(line: string, options: { readonly colour?: boolean } = {}): string {
  const record = parse(line);
  if (!record) return line;
  const { level, time, name: _name, service, msg, error, pid: _pid, hostname: _hostname, ...fields } = record;
  const paint = (colour: string | undefined, text: string): string =>
    options.colour && colour !== undefined ? colour + text + RESET : text;
  const word = LEVELS[Number(level)] ?? String(level);
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const extras = Object.entries(fields).map(([key, value]) => `${key}=${show(value)}`);
  const head = [paint(DIM, clock), paint(COLOURS[word], word.padEnd(5)), show(service ?? ''), show(msg ?? '')];
  const text = [...head.filter((part) => part !== ''), paint(DIM, extras.join(' '))].join(' ').trimEnd();
  const stack = typeof error === 'object' && error !== null ? (error as { stack?: unknown }).stack : undefined;
  return typeof stack === 'string' ? `${text}\n${stack.replace(/^/gm, '    ')}` : text;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return 'level' in value && 'msg' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
