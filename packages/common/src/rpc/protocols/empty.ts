/** Bodies that say nothing: still messages, as on Hadoop's wire, and refused when they are something else. */
import type { Empty } from '../../records/protocols.js';
import { codec, type Codec } from '../protocol.js';
import type { Message, MessageType } from '../wire/message-type.js';

/** Codec of a message without fields that a record would need. */
export function empty(type: MessageType<Message>): Codec<Empty> {
  return codec(
    type,
    () => ({}),
    () => ({}),
  );
}
