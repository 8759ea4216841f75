/**
 * Fields of a message that its record has no place for, carried along with the record: what a client hands to the RM reaches
 * the NM whole, even where this version does not know all of it. Hadoop keeps the message itself inside each PBImpl.
 * They hang on the record under a symbol, which survives a spread of the record and shows in no loop over its properties.
 */
import type { Message } from '../wire/message-type.js';

const rest = Symbol('fields without a place in the record');

interface Carrier {
  readonly [rest]?: Readonly<Record<string, unknown>>;
}

/** Adds to `record` the fields of `message` that are not among `known`. */
export function carrying<R extends object, M extends Message>(record: R, message: M, known: readonly (keyof M)[]): R {
  const left = Object.entries(message).filter(([name]) => !(known as readonly string[]).includes(name));
  return left.length === 0 ? record : { ...record, [rest]: Object.fromEntries(left) };
}

/** What `carrying` has added to this record; nothing for a record made here. */
export function carried(record: object): Readonly<Record<string, unknown>> {
  return (record as Carrier)[rest] ?? {};
}
