/** A job's history: its events, its file, where finished files lie, and the job as they tell it. */
export * from './history-events.js';
export { HistoryDecoder, HistoryEncoder, HISTORY_FORMAT, HISTORY_VERSION } from './history-format.js';
export * from './history-file.js';
export * from './history-dirs.js';
export * from './job-info.js';
export * from './jhist/index.js';
