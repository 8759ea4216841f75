/** An EventSink that keeps what it is given: the stand-in for a daemon's dispatcher in the test of one component. */
import type { Event, EventSink } from '../event/dispatcher.js';

export interface RecordingSink<E extends Event> extends EventSink<E> {
  readonly events: E[];
  /** Returns what was recorded since the last call. */
  take(): E[];
}

export function recordingSink<E extends Event>(): RecordingSink<E> {
  const events: E[] = [];
  return { events, dispatch: (event) => void events.push(event), take: () => events.splice(0) };
}
