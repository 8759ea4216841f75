/** Our .proto files against the classes of Hadoop 3.4.2: the same wire, and nothing of ours below 1000. */
import * as protobuf from 'protobufjs';
import { hadoopWire, protos, type WireField } from './hadoop-wire.js';

const OURS = 1000;

function shortName(type: string, packageName: string): string {
  return type.replace(/^\./, '').replace(`${packageName}.`, '');
}

/** As the wire file has it: number, label, type (message or enum without its package), default. */
function fieldOf(field: protobuf.Field): WireField {
  field.resolve();
  const label = field.required ? 'required' : field.repeated ? 'repeated' : 'optional';
  const type =
    field.resolvedType === null ? field.type : field.resolvedType.fullName.replace(/^\.(hadoop\.\w+|bobbin)\./, '');
  const given = field.options?.['default'] as string | number | boolean | undefined;
  return given === undefined ? [field.id, label, type] : [field.id, label, type, String(given)];
}

const files = Object.entries(hadoopWire);
const messages = files.flatMap(([file, wire]) =>
  Object.entries(wire.messages).map(([name, fields]) => ({ file, name: `${wire.package}.${name}`, fields })),
);
const enums = files.flatMap(([file, wire]) =>
  Object.entries(wire.enums).map(([name, values]) => ({ file, name: `${wire.package}.${name}`, values })),
);
const services = files.flatMap(([file, wire]) =>
  Object.entries(wire.services).map(([name, methods]) => ({ file, name: `${wire.package}.${name}`, methods })),
);

test.each(messages)('$name has every field of Hadoop in number, label, type and default', ({ name, fields }) => {
  const ours = protos.lookupType(name).fieldsArray.filter((field) => field.id < OURS);
  expect(Object.fromEntries(ours.map((field) => [field.name, fieldOf(field)]))).toEqual(fields);
});

test.each(enums)('$name has exactly the values of Hadoop', ({ name, values }) => {
  expect(protos.lookupEnum(name).values).toEqual(values);
});

test.each(services)('$name has exactly the methods of Hadoop', ({ name, methods }) => {
  const service = protos.lookupService(name);
  const packageName = name.slice(0, name.lastIndexOf('.'));
  const ours = service.methodsArray.map((method) => [
    method.name,
    [method.requestType, method.responseType].map((type) =>
      shortName(type, packageName).replace(/^hadoop\.common\./, ''),
    ),
  ]);
  expect(Object.fromEntries(ours)).toEqual(methods);
});

test('no message of a Hadoop package exists that Hadoop does not have', () => {
  const known = new Set(messages.map(({ name }) => `.${name}`));
  const walk = (namespace: protobuf.NamespaceBase): string[] =>
    namespace.nestedArray.flatMap((n) =>
      n instanceof protobuf.Type ? [n.fullName] : n instanceof protobuf.Namespace ? walk(n) : [],
    );
  expect(walk(protos).filter((name) => name.startsWith('.hadoop.') && !known.has(name))).toEqual([]);
});
