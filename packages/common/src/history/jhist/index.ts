/** Histories as Hadoop writes them, read and written. */
export { formatJhist, isJhist, JHIST_FORMATS, parseJhist, type Jhist, type JhistFormat } from './jhist-file.js';
export { type CounterTitles } from './jhist-events.js';
export { readAnyHistory, type AnyHistory } from './any-history.js';
