/** The codec's rules, and its agreement with protobufjs on arbitrary messages of every type we have. */
import * as fc from 'fast-check';
import * as protobuf from 'protobufjs';
import { InvalidMessageError } from '../../../src/index.js';
import { CredentialsProto, TokenProto } from '../../../src/rpc/generated/Security.js';
import {
  ContainerIdProto,
  ContainerProto,
  NodeReportProto,
  ResourceProto,
  ResourceRequestProto,
} from '../../../src/rpc/generated/yarn_protos.js';
import { AMRMTokenIdentifierProto } from '../../../src/rpc/generated/yarn_security_token.js';
import { SignalContainerRequestProto } from '../../../src/rpc/generated/yarn_service_protos.js';
import { messagesOf, ourTypes, protos } from '../hadoop-wire.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

const types = messagesOf(protos);

function arbitraryOf(type: protobuf.Type, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const field of type.fieldsArray) {
    field.resolve();
    const one = arbitraryValue(field, depth);
    if (one === undefined) continue;
    fields[field.name] = field.repeated ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
    if (field.required) required.push(field.name);
  }
  return fc.record(fields, { requiredKeys: required });
}

function arbitraryValue(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.keys(field.resolvedType.values));
  if (field.resolvedType instanceof protobuf.Type) {
    return depth > 0 || field.required ? arbitraryOf(field.resolvedType, depth - 1) : undefined;
  }
  switch (field.type) {
    case 'int32':
    case 'sint32':
      return fc.integer();
    case 'uint32':
      return fc.nat();
    case 'int64':
      return field.options?.['jstype'] === 'JS_STRING'
        ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
        : fc.maxSafeInteger();
    case 'uint64':
      return fc.maxSafeNat();
    case 'bool':
      return fc.boolean();
    case 'float':
      return fc.float({ noNaN: true });
    case 'string':
      return fc.string({ unit: 'grapheme' });
    case 'bytes':
      return fc.uint8Array();
    default:
      throw new Error(`no arbitrary for ${field.type}`);
  }
}

test('every message of our .proto files has a codec', () => {
  expect(types.map((type) => type.fullName.slice(1)).sort()).toEqual([...ourTypes.keys()].sort());
});

test.each(types.map((type) => [type.fullName.slice(1), type] as const))(
  '%s: decoded and encoded again, the bytes of protobufjs come back',
  (name, type) => {
    const ours = ourTypes.get(name);
    fc.assert(
      fc.property(arbitraryOf(type, 2), (object) => {
        const bytes = Buffer.from(type.encode(type.fromObject(object)).finish());
        expect(ours?.encode(ours.decode(bytes))).toEqual(bytes);
      }),
      { numRuns: 12 },
    );
  },
);

test('absent stays absent, and an explicit zero, false or empty text stays', () => {
  expect(ResourceRequestProto.decode(Buffer.alloc(0))).toEqual({});
  const explicit = { resource_name: '', num_containers: 0, relax_locality: false, allocation_request_id: 0 };
  expect(ResourceRequestProto.decode(ResourceRequestProto.encode(explicit))).toEqual(explicit);
  const emptyMessage = { capability: {} };
  expect(ResourceRequestProto.decode(ResourceRequestProto.encode(emptyMessage))).toEqual(emptyMessage);
});

test('unknown fields of every wire type come out after the known ones', () => {
  const unknown = hex('a83e 07'); /* 1001 varint */
  const others = Buffer.concat([
    hex('b13e 0102030405060708'),
    hex('ba3e 03 616263'),
    hex('c33e 0801 c43e'),
    hex('cd3e 01020304'),
  ]);
  const known = ResourceProto.encode({ memory: 1024, virtual_cores: 2 });
  const mixed = Buffer.concat([unknown, known, others]);
  expect(ResourceProto.encode(ResourceProto.decode(mixed))).toEqual(Buffer.concat([known, unknown, others]));
});

test('unknown fields deep inside survive too', () => {
  const inner = Buffer.concat([ResourceProto.encode({ memory: 1 }), hex('a83e 07')]);
  const bytes = Buffer.concat([hex('22'), Buffer.from([inner.length]), inner]);
  expect(ContainerProto.encode(ContainerProto.decode(bytes))).toEqual(bytes);
});

test('a value of an enum that we do not know counts as absent and is passed on', () => {
  const bytes = hex('38 63'); // node_state = 99
  const message = NodeReportProto.decode(bytes);
  expect(message.node_state).toBeUndefined();
  expect(NodeReportProto.encode(message)).toEqual(bytes);
});

test('packed repeated numbers are read and written unpacked, as Java does', () => {
  const packed = hex('12 03 01 02 03');
  const type = ourTypes.get('hadoop.yarn.ContainerRetryContextProto');
  expect(type?.encode(type.decode(packed))).toEqual(hex('10 01 10 02 10 03'));
});

test('a message field that comes twice is merged, a scalar keeps the last', () => {
  const twice = Buffer.concat([
    ContainerProto.encode({ resource: { memory: 1 }, version: 1 }),
    ContainerProto.encode({ resource: { virtual_cores: 2 }, version: 2 }),
  ]);
  expect(ContainerProto.decode(twice)).toEqual({ resource: { memory: 1, virtual_cores: 2 }, version: 2 });
});

test.each([
  [
    'a required text',
    () => TokenProto.decode(hex('0a00 1200 1a00')),
    'hadoop.common.TokenProto.service is required and missing',
  ],
  [
    'one deep inside',
    () => CredentialsProto.decode(hex('0a02 0a00 0a04 0a00 1200')),
    'hadoop.common.CredentialsProto does not decode: hadoop.common.TokenProto.identifier is required and missing',
  ],
  [
    'one with an enum value that we do not know',
    () => SignalContainerRequestProto.decode(hex('0a00 1063')),
    'hadoop.yarn.SignalContainerRequestProto.command is required and missing',
  ],
])('a missing required field is named on decode: %s', (_, decode, message) => {
  expect(decode).toThrow(InvalidMessageError);
  expect(decode).toThrow(message);
});

test('a missing required field is named on encode', () => {
  const bad = { identifier: new Uint8Array(), password: new Uint8Array(), kind: 'x' } as unknown as TokenProto;
  expect(() => TokenProto.encode(bad)).toThrow('hadoop.common.TokenProto.service is required and missing');
});

test('64 bits of a container id are kept', () => {
  for (const id of ['9007199254740993', '9223372036854775807', '-9223372036854775808', '-1', '0']) {
    expect(ContainerIdProto.decode(ContainerIdProto.encode({ id }))).toEqual({ id });
  }
});

test('the largest int64 of other fields, which Java sends for "without limit", comes out as it came', () => {
  const bytes = hex('08 ffffffffffffffff7f');
  expect(ResourceProto.encode(ResourceProto.decode(bytes))).toEqual(bytes);
});

test('the AMRM identifier that Hadoop 3.4.2 signed decodes, negative key id included', () => {
  const identifier = hex('0a0d0a09080210fdc6e0ec9f34100110d2ede590fbffffffff01');
  const message = AMRMTokenIdentifierProto.decode(identifier);
  expect(message).toEqual({
    appAttemptId: { application_id: { id: 2, cluster_timestamp: 1_795_255_968_637 }, attemptId: 1 },
    keyId: -1_306_954_030,
  });
  expect(AMRMTokenIdentifierProto.encode(message)).toEqual(identifier);
});

test('no bytes whatever make the codec fail in another way than InvalidMessageError', () => {
  const some = [...ourTypes.values()];
  fc.assert(
    fc.property(fc.nat({ max: some.length - 1 }), fc.uint8Array({ maxLength: 64 }), (i, bytes) => {
      try {
        some[i]?.decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidMessageError);
      }
    }),
    { numRuns: 3000 },
  );
});

test('nesting without end is refused', () => {
  let bytes: Buffer = Buffer.alloc(0);
  for (let i = 0; i < 200; i++) {
    const length = new protobuf.Writer().uint32(bytes.length).finish();
    bytes = Buffer.concat([hex('22'), length, bytes]);
  }
  const type = ourTypes.get('hadoop.yarn.SerializedExceptionProto');
  expect(() => type?.decode(bytes)).toThrow(/nested deeper than 100/);
});
