/**
 * `pnpm run docs`: writes the pages of docs/ that come from code and from the `.proto` files. Needs `pnpm run compile` first. `--check` writes nothing and
 * fails where a page is not what it should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeConfiguration } from '../packages/common/dist/index.js';
import { protocolPages } from './protocol-pages.mjs';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const pages = new Map([['configuration.md', describeConfiguration()], ...protocolPages()]);
const stale = [];
for (const [name, page] of pages) {
  const path = docs + name;
  // The page of configuration is written as it is to be; a test holds it too.
  const text =
    name === 'configuration.md' ? page : await format(page, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (read(path) === text) continue;
  stale.push(name);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(`not what the code says: docs/${stale.join(', docs/')}; run \`pnpm run docs\`\n`);
  process.exitCode = 1;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
