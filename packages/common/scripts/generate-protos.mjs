/**
 * Makes src/rpc/generated from proto/: an interface, a table of fields and a codec for each message, a union of names for each
 * enum, the list of methods for each service. `--check` writes nothing and fails where a file is not what it should be.
 * buf compiles the .proto files, so that a wrong name or number is its error and not ours. docs/decisions/001 says why no
 * ready-made generator.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}src/rpc/generated/`;

const SCALARS = {
  TYPE_INT32: ['int32', 'number'],
  TYPE_UINT32: ['uint32', 'number'],
  TYPE_SINT32: ['sint32', 'number'],
  TYPE_INT64: ['int64', 'number'],
  TYPE_UINT64: ['uint64', 'number'],
  TYPE_BOOL: ['bool', 'boolean'],
  TYPE_FLOAT: ['float', 'number'],
  TYPE_DOUBLE: ['double', 'number'],
  TYPE_STRING: ['string', 'string'],
  TYPE_BYTES: ['bytes', 'Uint8Array'],
};

const image = JSON.parse(
  execFileSync(`${root}node_modules/.bin/buf`, ['build', 'proto', '-o', '-#format=json'], {
    cwd: root,
    encoding: 'utf8',
  }),
);

/** Full name to the file that declares it and the name it has in TypeScript: `Outer_Inner` for a nested one. */
const declared = new Map();
for (const file of image.file) {
  const declare = (type, path) =>
    declared.set(`.${file.package}.${path.join('.')}`, { file: file.name, ts: path.join('_') });
  const walk = (message, path) => {
    declare(message, path);
    for (const nested of message.enumType ?? []) declare(nested, [...path, nested.name]);
    for (const nested of message.nestedType ?? []) walk(nested, [...path, nested.name]);
  };
  for (const type of file.enumType ?? []) declare(type, [type.name]);
  for (const type of file.messageType ?? []) walk(type, [type.name]);
}

function lookUp(typeName) {
  const found = declared.get(typeName);
  if (found === undefined) throw new Error(`${typeName} is declared nowhere`);
  return found;
}

/** The codec of a field and its type in TypeScript. */
function typeOf(field) {
  if (field.typeName !== undefined) {
    const { ts } = lookUp(field.typeName);
    return [ts, ts];
  }
  const scalar = SCALARS[field.type];
  if (scalar === undefined) throw new Error(`${field.name}: ${field.type} has no codec`);
  const [name, ts] = scalar;
  if (field.options?.jstype === 'JS_STRING') return [`'${name}Text'`, 'string'];
  return [`'${name}'`, ts];
}

function comments(file) {
  const byPath = new Map();
  for (const location of file.sourceCodeInfo?.location ?? []) {
    if (location.leadingComments !== undefined) byPath.set(location.path.join('.'), location.leadingComments.trim());
  }
  return (...path) => {
    const text = byPath.get(path.join('.'));
    return text === undefined
      ? ''
      : `/** ${text
          .split('\n')
          .map((line) => line.trim())
          .join(' ')} */\n`;
  };
}

function enumCode(type, path, packageName, comment) {
  const ts = path.join('_');
  const values = type.value.map(({ name, number }) => `${name}: ${number ?? 0}`).join(', ');
  return [
    `${comment}export const ${ts} = /* @__PURE__ */ enumType('${packageName}.${path.join('.')}', { ${values} });`,
    `export type ${ts} = keyof typeof ${ts}.numbers & string;`,
  ].join('\n');
}

function messageCode(message, path, packageName, commentOf, protoPath) {
  const ts = path.join('_');
  const fields = (message.field ?? []).map((field, i) => {
    const [codec, type] = typeOf(field);
    const label = field.label.slice('LABEL_'.length).toLowerCase();
    const declaration = {
      required: `${field.name}: ${type};`,
      optional: `${field.name}?: ${type} | undefined;`,
      repeated: `${field.name}?: readonly ${type}[] | undefined;`,
    }[label];
    return {
      declaration: commentOf(...protoPath, 2, i) + declaration,
      entry: `${label}(${field.number}, '${field.name}', ${codec}),`,
    };
  });
  const nested = [
    ...(message.enumType ?? []).map((e, i) =>
      enumCode(e, [...path, e.name], packageName, commentOf(...protoPath, 4, i)),
    ),
    ...(message.nestedType ?? []).map((m, i) =>
      messageCode(m, [...path, m.name], packageName, commentOf, [...protoPath, 3, i]),
    ),
  ];
  return [
    ...nested,
    `${commentOf(...protoPath)}export interface ${ts} extends Message {\n${fields.map((f) => f.declaration).join('\n')}\n}`,
    `export const ${ts}: MessageType<${ts}> = /* @__PURE__ */ messageType('${packageName}.${path.join('.')}', () => [`,
    ...fields.map((f) => f.entry),
    `]);`,
  ].join('\n');
}

function serviceCode(service, packageName, comment) {
  const methods = service.method.map(({ name }) => `'${name}'`).join(', ');
  return `${comment}export const ${service.name} = { name: '${packageName}.${service.name}', methods: [${methods}] } as const;`;
}

/** Only what the code names, so that neither compiler nor reader meets an unused import. */
function imports(file, code) {
  const wire = [
    'enumType',
    'messageType',
    'optional',
    'repeated',
    'required',
    'type Message',
    'type MessageType',
  ].filter((name) => new RegExp(`\\b${name.replace('type ', '')}\\b`).test(code));
  const byFile = new Map();
  for (const { file: from, ts } of declared.values()) {
    if (from === file.name || !new RegExp(`\\b${ts}\\b`).test(code)) continue;
    byFile.set(from, [...(byFile.get(from) ?? []), ts]);
  }
  return [
    ...(wire.length > 0 ? [`import { ${wire.join(', ')} } from '../wire/message-type.js';`] : []),
    ...[...byFile]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, names]) => `import { ${names.sort().join(', ')} } from './${from.replace(/\.proto$/, '.js')}';`),
  ].join('\n');
}

async function generate(file) {
  const commentOf = comments(file);
  const code = [
    ...(file.enumType ?? []).map((e, i) => enumCode(e, [e.name], file.package, commentOf(5, i))),
    ...(file.messageType ?? []).map((m, i) => messageCode(m, [m.name], file.package, commentOf, [4, i])),
    ...(file.service ?? []).map((s, i) => serviceCode(s, file.package, commentOf(6, i))),
  ].join('\n\n');
  const head = `/** Generated from proto/${file.name} by scripts/generate-protos.mjs; change that file and run \`pnpm run generate\`. */`;
  return format([head, imports(file, code), '', code, ''].join('\n'), {
    parser: 'typescript',
    singleQuote: true,
    printWidth: 120,
    trailingComma: 'all',
  });
}

const check = process.argv.includes('--check');
const expected = new Map();
for (const file of image.file) expected.set(file.name.replace(/\.proto$/, '.ts'), await generate(file));

const present = readdirSync(out, { withFileTypes: true }).map((entry) => entry.name);
const wrong = [];
for (const [name, code] of expected) {
  if (present.includes(name) && readFileSync(out + name, 'utf8') === code) continue;
  wrong.push(name);
  if (!check) writeFileSync(out + name, code);
}
for (const name of present.filter((n) => !expected.has(n))) {
  wrong.push(name);
  if (!check) rmSync(out + name);
}
if (check && wrong.length > 0) {
  process.stderr.write(`not what proto/ says: ${wrong.join(', ')}; run \`pnpm run generate\`\n`);
  process.exitCode = 1;
}
