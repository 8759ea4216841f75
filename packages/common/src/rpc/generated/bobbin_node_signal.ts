/** Generated from proto/bobbin_node_signal.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { messageType, optional, type Message, type MessageType } from '../wire/message-type.js';
import { NodeIdProto } from './yarn_protos.js';

export interface AwaitSignalRequestProto extends Message {
  node_id?: NodeIdProto | undefined;
  /** Hold the call until there is something to fetch, at most this long. */
  wait_ms?: number | undefined;
}
export const AwaitSignalRequestProto: MessageType<AwaitSignalRequestProto> = /* @__PURE__ */ messageType(
  'bobbin.AwaitSignalRequestProto',
  () => [optional(1, 'node_id', NodeIdProto), optional(2, 'wait_ms', 'int32')],
);

export interface AwaitSignalResponseProto extends Message {
  heartbeat_now?: boolean | undefined;
}
export const AwaitSignalResponseProto: MessageType<AwaitSignalResponseProto> = /* @__PURE__ */ messageType(
  'bobbin.AwaitSignalResponseProto',
  () => [optional(1, 'heartbeat_now', 'bool')],
);

export const NodeSignalService = { name: 'bobbin.NodeSignalService', methods: ['awaitSignal'] } as const;
