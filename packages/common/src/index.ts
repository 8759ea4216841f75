/** Public names of @bobbin/common. */
export * from './errors.js';
export * from './records/ids.js';
export * from './records/resource.js';
export * from './records/records.js';
export * from './records/protocols.js';
export * from './event/dispatcher.js';
export * from './state/decide.js';
export * from './service/service.js';
export * from './clock/clock.js';
export * from './ids/random.js';
export * from './history/history-events.js';
export * from './conf/index.js';
export * from './log/logger.js';
export * from './log/create-logger.js';
export * from './log/format.js';
export * from './fs/index.js';
export * from './store/index.js';
