/** Bodies that real clients sent and real servers answered: through our codec byte for byte, through our records in meaning. */
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  containerManagementProtocol,
} from '../../../src/index.js';
import type { MethodCodec } from '../../../src/rpc/protocol.js';
import { hadoopWire, ourTypes, protos, recordedCalls } from '../hadoop-wire.js';

const SERVICES: Readonly<Record<string, string>> = {
  ApplicationClientProtocolPB: 'applicationclient_protocol.proto/ApplicationClientProtocolService',
  ApplicationMasterProtocolPB: 'applicationmaster_protocol.proto/ApplicationMasterProtocolService',
  ContainerManagementProtocolPB: 'containermanagement_protocol.proto/ContainerManagementProtocolService',
};

const CODECS: Readonly<Record<string, object>> = {
  ApplicationClientProtocolPB: applicationClientProtocol.codecs,
  ApplicationMasterProtocolPB: applicationMasterProtocol.codecs,
  ContainerManagementProtocolPB: containerManagementProtocol.codecs,
};

const bodies = recordedCalls.flatMap(({ from, protocol, method, request, response }) => {
  const [file = '', service = ''] = (SERVICES[protocol] ?? '').split('/');
  const types = hadoopWire[file]?.services[service]?.[method];
  if (types === undefined) throw new Error(`${protocol}.${method} is in no service`);
  const codec = (CODECS[protocol] as Record<string, MethodCodec<unknown, unknown>>)[method];
  return [
    { from, method, way: 'request', type: `hadoop.yarn.${types[0]}`, object: request, codec: codec?.request },
    { from, method, way: 'answer', type: `hadoop.yarn.${types[1]}`, object: response, codec: codec?.response },
  ];
});

/** Encoded by protobufjs, not by the codec under test. */
function encode(typeName: string, object: Record<string, unknown>): Buffer {
  const type = protos.lookupType(typeName);
  return Buffer.from(type.encode(type.fromObject(object)).finish());
}

test.each(bodies)('$method $way of $from survives our codec byte for byte', ({ type, object }) => {
  const bytes = encode(type, object);
  const ours = ourTypes.get(type);
  expect(ours?.encode(ours.decode(bytes)).toString('hex')).toBe(bytes.toString('hex'));
});

test.each(bodies.filter((b) => b.codec !== undefined))(
  '$method $way of $from means the same after our records',
  (body) => {
    const record = body.codec?.decode(encode(body.type, body.object));
    expect(body.codec?.decode(body.codec.encode(record))).toEqual(record);
  },
);

/** Hadoop repeats memory and cores in `resource_value_map`; a Resource of ours holds these two once. */
function withoutRepeatedResources(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json, (key, value: unknown) => (key === 'resource_value_map' ? undefined : value)));
}

test.each(bodies.filter((b) => b.method === 'submitApplication' && b.way === 'request'))(
  'nothing that a client of $from submits is lost on its way through our record',
  ({ type, object, codec }) => {
    const bytes = encode(type, object);
    const before = protos.lookupType(type).decode(bytes).toJSON();
    const after = protos
      .lookupType(type)
      .decode(codec?.encode(codec.decode(bytes)) ?? bytes)
      .toJSON();
    expect(after).toMatchObject(withoutRepeatedResources(before) as object);
  },
);
