#!/usr/bin/env node
// Entry of the `bobbin` command: plain JavaScript without dependencies, so that an old Node can still say what is wrong.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `bobbin needs Node 22.12 or newer, this is ${process.version}; in a checkout, \`npx bobbin\` finds the one it brings`,
  );
  process.exitCode = 1;
} else if (!existsSync(fileURLToPath(main))) {
  console.error('bobbin is not built yet; run `npm run build` in the checkout');
  process.exitCode = 1;
} else {
  module.enableCompileCache();
  const { run } = await import(main.href);
  await run(process.argv.slice(2));
}
