/**
 * EventStream: events told one after the other, to be read by `for await`. What is told before it is read waits, without a limit: who reads is part of
 * the same program as who tells. One reader at a time.
 */
export class EventStream<E> implements AsyncIterableIterator<E> {
  private readonly queue: E[] = [];
  private end: { readonly error?: Error } | undefined;
  private reader: { resolve: (result: IteratorResult<E>) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly onClose: () => void) {}

  /** Adds an event; nothing after the end. */
  push(event: E): void {
    if (this.end) return;
    if (this.reader) this.take()?.resolve({ done: false, value: event });
    else this.queue.push(event);
  }

  /** No more events: the reader's loop ends after those that wait, with `error` if there is one. */
  close(error?: Error): void {
    if (this.end) return;
    this.end = error ? { error } : {};
    if (!this.reader) return;
    this.onClose();
    const reader = this.take();
    if (error) reader?.reject(error);
    else reader?.resolve({ done: true, value: undefined });
  }

  /** The next event. Rejects with what the stream was closed with, once. */
  next(): Promise<IteratorResult<E>> {
    const event = this.queue.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (!this.end) return new Promise((resolve, reject) => (this.reader = { resolve, reject }));
    const { error } = this.end;
    this.end = {};
    this.onClose();
    return error ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
  }

  /** The reader has left its loop. */
  return(): Promise<IteratorResult<E>> {
    this.queue.length = 0;
    this.end = {};
    this.onClose();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): EventStream<E>['reader'] {
    const { reader } = this;
    this.reader = undefined;
    return reader;
  }
}
