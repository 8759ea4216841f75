#!/usr/bin/env node
// Entry of the `bobbin` command: plain JavaScript without dependencies, so that an old Node can still say what is wrong. A command
// runs from one bundled file: it starts in half the time; a daemon from one of its own, which halves its memory beside Node's. What loads
// the AppMaster's machines runs from the packages, so that they share one copy of the library.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);
const bundleName = ['resourcemanager', 'nodemanager'].find((daemon) => daemon === process.argv[2]) ?? 'bobbin';
const bundle = fileURLToPath(new URL(`../dist/${bundleName}.cjs`, import.meta.url));
const fromPackages = process.argv[2] === 'history' || !existsSync(bundle);
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
  const { run } = fromPackages ? await import(main.href) : module.createRequire(bundle)(bundle);
  await run(process.argv.slice(2));
  // A daemon has stopped by now; a client that is stopped itself would hold its connection, and this process, for ever.
  if (bundleName !== 'bobbin') process.exit();
}
