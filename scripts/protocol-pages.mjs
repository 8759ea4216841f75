/**
 * The pages of docs/protocol that are made: one for each protocol an AppMaster's author meets, the records they share, and the errors. Words come from the
 * comments of the `.proto` files and of common's errors.ts; which calls are answered comes from the codecs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  applicationClientProtocol,
  applicationMasterProtocol,
  containerManagementProtocol,
} from '../packages/common/dist/index.js';

const common = fileURLToPath(new URL('../packages/common/', import.meta.url));

const PAGES = [
  {
    name: 'application-master.md',
    title: 'ApplicationMasterProtocol',
    who: 'An AppMaster calls the ResourceManager, with its AMRM token.',
    protocol: applicationMasterProtocol,
  },
  {
    name: 'container-management.md',
    title: 'ContainerManagementProtocol',
    who: 'An AppMaster calls a NodeManager, with the NM token it was given for that node.',
    protocol: containerManagementProtocol,
  },
  {
    name: 'application-client.md',
    title: 'ApplicationClientProtocol',
    who: 'A client calls the ResourceManager, with a client token, or by its name where the cluster is open.',
    protocol: applicationClientProtocol,
  },
];

/** Pairs of a page's path below docs/ and its text. */
export function protocolPages() {
  const types = declaredTypes(image());
  const shared = sharedTypes(types);
  return [
    ...PAGES.map((page) => [`protocol/${page.name}`, servicePage(page, types, shared)]),
    ['protocol/records.md', recordsPage(types, shared)],
    ['protocol/errors.md', errorsPage()],
  ];
}

const HEAD = '<!-- Made by `pnpm run docs`; change the .proto files or scripts/protocol-pages.mjs. -->';

function image() {
  const json = execFileSync(`${common}node_modules/.bin/buf`, ['build', 'proto', '-o', '-#format=json'], {
    cwd: common,
    encoding: 'utf8',
  });
  return JSON.parse(json);
}

/** Full name to the message, enum or service, with the comments of its parts. */
function declaredTypes({ file: files }) {
  const types = new Map();
  for (const file of files) {
    const comments = new Map();
    for (const { path, leadingComments } of file.sourceCodeInfo?.location ?? []) {
      if (leadingComments !== undefined) comments.set(path.join('.'), leadingComments.replace(/^ /gm, '').trim());
    }
    const add = (kind, type, path, names) => {
      const fullName = `.${file.package}.${names.join('.')}`;
      const at = (...rest) => comments.get([...path, ...rest].join('.'));
      types.set(fullName, { kind, type, fullName, name: names.join('.'), at });
    };
    const walk = (message, path, names) => {
      add('message', message, path, names);
      (message.enumType ?? []).forEach((type, i) => add('enum', type, [...path, 4, i], [...names, type.name]));
      (message.nestedType ?? []).forEach((type, i) => walk(type, [...path, 3, i], [...names, type.name]));
    };
    (file.messageType ?? []).forEach((type, i) => walk(type, [4, i], [type.name]));
    (file.enumType ?? []).forEach((type, i) => add('enum', type, [5, i], [type.name]));
    (file.service ?? []).forEach((type, i) => add('service', type, [6, i], [type.name]));
  }
  return types;
}

const serviceOf = ({ protocol }, types) => types.get(`.${protocol.service}`);

/** Requests and answers stand on their service's page; whatever they are made of, on the page of records. */
function sharedTypes(types) {
  const own = new Set();
  const shared = new Set();
  const visit = (name) => {
    if (shared.has(name) || own.has(name)) return;
    shared.add(name);
    for (const { typeName } of types.get(name).type.field ?? []) if (typeName) visit(typeName);
  };
  for (const page of PAGES) {
    for (const method of answered(page, types)) [method.inputType, method.outputType].forEach((name) => own.add(name));
  }
  for (const name of own) for (const { typeName } of types.get(name).type.field ?? []) if (typeName) visit(typeName);
  return shared;
}

function answered(page, types) {
  return serviceOf(page, types).type.method.filter(({ name }) => Object.hasOwn(page.protocol.codecs, name));
}

function servicePage(page, types, shared) {
  const { title, who, protocol } = page;
  const service = serviceOf(page, types);
  const calls = answered(page, types);
  const refused = service.type.method.filter((method) => !calls.includes(method));
  const written = new Set();
  const sections = calls.map((method) => {
    const index = service.type.method.indexOf(method);
    const parts = [method.inputType, method.outputType].filter((name) => !written.has(name) && !shared.has(name));
    parts.forEach((name) => written.add(name));
    return [
      `## ${method.name}`,
      `\`/${protocol.service}/${method.name}\`: ${link(method.inputType, types, shared)} → ${link(method.outputType, types, shared)}`,
      service.at(2, index) ?? '',
      ...parts.map((name) => typeSection(types.get(name), types, shared, '###')),
    ].join('\n\n');
  });
  const rest =
    refused.length === 0
      ? ''
      : `## Calls of YARN's that are refused\n\nWith \`FEATURE_NOT_ENABLED\`: ${refused.map(({ name }) => `\`${name}\``).join(', ')}.`;
  return [HEAD, `# ${title}`, `gRPC service \`${protocol.service}\`. ${who}`, ...sections, rest, ''].join('\n\n');
}

function recordsPage(types, shared) {
  const sections = [...shared]
    .map((name) => types.get(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((type) => typeSection(type, types, shared, '##'));
  const intro =
    'What requests and answers are made of. A field that is absent has the default that is named, or none; `required` ones must be sent. Numbers from 1000 up are ours.';
  return [HEAD, '# Records', intro, ...sections, ''].join('\n\n');
}

function typeSection({ kind, type, name, at }, types, shared, level) {
  const body =
    kind === 'enum'
      ? [
          '| value | number |',
          '|---|---|',
          ...type.value.map((value) => `| \`${value.name}\` | ${value.number ?? 0} |`),
        ]
      : fieldTable(type, types, shared, at);
  return [`${level} ${name}`, at() ?? '', body.join('\n')].join('\n\n');
}

function fieldTable(message, types, shared, at) {
  if ((message.field ?? []).length === 0) return ['No fields.'];
  const rows = message.field.map((field, i) => {
    const label = field.label.slice('LABEL_'.length).toLowerCase();
    const type = field.typeName
      ? link(field.typeName, types, shared)
      : `\`${field.type.slice('TYPE_'.length).toLowerCase()}\``;
    const notes = [
      ...(label === 'required' ? ['required'] : []),
      ...(field.defaultValue === undefined ? [] : [`default \`${field.defaultValue}\``]),
      ...(at(2, i) === undefined ? [] : [at(2, i).replaceAll('\n', ' ')]),
    ].join('; ');
    return `| ${field.number} | \`${field.name}\` | ${label === 'repeated' ? 'repeated ' : ''}${type} | ${notes.replaceAll('|', '\\|')} |`;
  });
  return ['| no. | field | type | |', '|---|---|---|---|', ...rows];
}

function link(fullName, types, shared) {
  const { name } = types.get(fullName);
  const anchor = name.toLowerCase().replaceAll('.', '');
  return shared.has(fullName) ? `[${name}](records.md#${anchor})` : `[${name}](#${anchor})`;
}

/** Every class of common's errors.ts, by the text of its declaration. */
function errorsPage() {
  const source = readFileSync(`${common}src/errors.ts`, 'utf8');
  const rows = [];
  for (const [, comment, text] of source.matchAll(
    /(?:\/\*\* ((?:(?!\*\/)[\s\S])*?) \*\/\n)?export class \w+ extends YarnError \{([\s\S]*?)\n\}/g,
  )) {
    const value = (name) =>
      new RegExp(`${name}: (?:'([^']*)'|\`([^\`]*)\`)`)
        .exec(text)
        ?.slice(1)
        .find((part) => part !== undefined) ?? '';
    const hadoopClass = value('hadoopClass')
      .replace('${YARN}', 'org.apache.hadoop.yarn.exceptions.')
      .replace('${SECURITY}', 'org.apache.hadoop.security.');
    const meaning = (comment ?? '').replace(/\s*\n \* /g, ' ').replaceAll('|', '\\|');
    const again = /retriable: true/.test(text) ? 'yes' : '';
    rows.push({
      code: value('code'),
      row: `| \`${value('code')}\` | ${value('status')} | ${again} | \`${hadoopClass}\` | ${meaning} |`,
    });
  }
  rows.sort((a, b) => (a.code < b.code ? -1 : 1));
  return [
    HEAD,
    '# Errors',
    'Trailers of a refused call: `bobbin-code`, `bobbin-class`, and `bobbin-retriable` where the same call may succeed later. The message says what would be right.',
    [
      "| code | gRPC status | again later | Hadoop's class | when |",
      '|---|---|---|---|---|',
      ...rows.map(({ row }) => row),
    ].join('\n'),
    '',
  ].join('\n\n');
}
