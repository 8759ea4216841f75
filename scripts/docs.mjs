/** `pnpm run docs`: writes the pages of docs/ that come from code. Needs `pnpm run compile` first. */
import { writeFileSync } from 'node:fs';
import { describeConfiguration } from '../packages/common/dist/index.js';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), describeConfiguration());
