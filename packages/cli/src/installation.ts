/**
 * Where the files of this installation lie. They are found from this module, which is at the same depth wherever the command runs
 * from: `dist/main.js` and what it imports, or `dist/bobbin.cjs`, all of it in one file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CommandError } from './errors.js';

/** Entry file of the `bobbin` command. */
export const commandFile = fileURLToPath(new URL('../bin/bobbin.mjs', import.meta.url));

/** Version of the command's package. */
export function installedVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Path of `am.cjs` or `task.cjs`. Throws CommandError where they were not built. */
export function installedBundle(name: 'am' | 'task'): string {
  try {
    return createRequire(import.meta.url).resolve(`@bobbin/mrappmaster/${name}`);
  } catch (error) {
    throw new CommandError(`the bundle ${name}.cjs of this installation is missing; run \`npm run build\``, error);
  }
}
