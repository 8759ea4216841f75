/** What the tests of our messages are held against: the fields of Hadoop 3.4.2's classes, and protobufjs as a second codec. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as protobuf from 'protobufjs';
import type { Message, MessageType } from '../../src/rpc/wire/message-type.js';
import * as security from '../../src/rpc/generated/Security.js';
import * as signal from '../../src/rpc/generated/bobbin_node_signal.js';
import * as mr from '../../src/rpc/generated/mr_protos.js';
import * as mrService from '../../src/rpc/generated/mr_service_protos.js';
import * as yarn from '../../src/rpc/generated/yarn_protos.js';
import * as yarnToken from '../../src/rpc/generated/yarn_security_token.js';
import * as serverCommon from '../../src/rpc/generated/yarn_server_common_protos.js';
import * as serverService from '../../src/rpc/generated/yarn_server_common_service_protos.js';
import * as yarnService from '../../src/rpc/generated/yarn_service_protos.js';

const common = join(__dirname, '../..');

/** [number, label, type, default] */
export type WireField = readonly [number, string, string, string?];

export interface WireFile {
  readonly package: string;
  readonly messages: Readonly<Record<string, Readonly<Record<string, WireField>>>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Service to method to [request, response]. */
  readonly services: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;
}

export const hadoopWire = JSON.parse(
  readFileSync(join(common, 'test/data/hadoop-3.4.2-wire.json'), 'utf8'),
) as Readonly<Record<string, WireFile>>;

export interface RecordedCall {
  readonly from: string;
  /** `ApplicationClientProtocolPB` */
  readonly protocol: string;
  readonly method: string;
  /** Bytes in base64, enums by name. */
  readonly request: Record<string, unknown>;
  readonly response: Record<string, unknown>;
}

/** Calls of unmodified Hadoop and Spark clients, one of each shape. */
export const recordedCalls = readFileSync(join(common, 'test/data/hadoop-calls.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedCall);

/** Our .proto files as protobufjs reads them, and as it encodes and decodes by them. */
export const protos = new protobuf.Root();
protos.resolvePath = (_, target) => (target.startsWith('/') ? target : join(common, 'proto', target));
protos.loadSync(
  readdirSync(join(common, 'proto')).map((file) => join(common, 'proto', file)),
  { keepCase: true },
);
protos.resolveAll();

/** Every message codec of ours by full name. */
export const ourTypes: ReadonlyMap<string, MessageType<Message>> = new Map(
  [security, signal, mr, mrService, yarn, yarnToken, serverCommon, serverService, yarnService]
    .flatMap((file) => Object.values<object>(file))
    .filter((value): value is MessageType<Message> => 'decode' in value)
    .map((type) => [type.name, type]),
);

/** Every message type in our .proto files. */
export function messagesOf(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((nested) =>
    nested instanceof protobuf.Type
      ? [nested, ...messagesOf(nested)]
      : nested instanceof protobuf.Namespace
        ? messagesOf(nested)
        : [],
  );
}
