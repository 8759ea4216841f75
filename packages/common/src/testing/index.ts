/** What tests of every package share: a clock they own, folders that go away, a dispatcher that only records. */
export { ControlledClock } from './controlled-clock.js';
export { recordingSink, type RecordingSink } from './recording-sink.js';
export { tempDir } from './temp-dir.js';
export { chosenArcs, differingArcs, hadoopArcs, headerTable, runMachine } from './machine-facts.js';
export { markdownTable } from './markdown-table.js';
export { recordingLogger, type LogEntry, type RecordingLogger } from './recording-logger.js';
