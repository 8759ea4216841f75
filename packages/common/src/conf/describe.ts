/** docs/configuration.md as the tables have it; a test keeps the file in step. Hadoop: yarn-default.xml, mapred-default.xml. */
import type { ConfKey } from './key.js';
import { keyTables } from './tables.js';

const HEAD = `# Configuration

Written by \`pnpm run docs\` from the tables in \`packages/common/src/conf\`; do not edit.

Keys, meaning and defaults are Hadoop's unless the table says otherwise. Sources in rising precedence: the defaults below; of a
configuration folder \`core-site.xml\`, \`yarn-site.xml\`, \`mapred-site.xml\`, \`bobbin-site.xml\`, \`bobbin.json\`, \`bobbin.yaml\`; then
\`-D key=value\`. Values may refer to others as \`\${key}\` and to the environment as \`\${env.NAME}\`. Times take the suffixes ns, us,
ms, s, m, h, d and sizes k, m, g, t. Unknown keys are kept for whoever knows them, but a key that starts with \`bobbin.\` must be one
of these; everything wrong is reported at once.
`;

/** The whole page. */
export function describeConfiguration(): string {
  const sections = keyTables.map(({ title, keys }) => {
    const rows = Object.values(keys).map(row).join('\n');
    return `\n## ${title}\n\n| key | default | value | meaning |\n|---|---|---|---|\n${rows}\n`;
  });
  return HEAD + sections.join('');
}

function row(key: ConfKey<unknown>): string {
  const differs = key.hadoopDefault === undefined ? '' : ` (Hadoop: ${code(key.hadoopDefault)})`;
  const shown = key.defaultText === undefined ? '-' : code(key.defaultText);
  return `| \`${key.name}\` | ${shown}${differs} | ${key.codec.expects.replaceAll('|', '\\|')} | ${key.doc} |`;
}

function code(text: string): string {
  if (text === '') return 'empty';
  return text === '\t' ? 'tab' : `\`${text}\``;
}
