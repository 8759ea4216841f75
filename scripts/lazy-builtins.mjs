/**
 * lazyBuiltins: an esbuild plugin that lets a bundle load each of Node's own modules when something of it is first used, not when the
 * bundle starts: `node:http` alone takes longer than all of our code, and most tasks never need it. A module becomes an object of
 * getters by the names that the building Node exports; what a name gives is Node's own.
 */
import { builtinModules, createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** Loaded by every start of Node, or classes that others extend: nothing to gain. */
const EAGER = new Set(['assert', 'buffer', 'events', 'fs', 'path', 'process', 'stream', 'timers', 'url', 'util']);
const LAZY = builtinModules.filter((name) => !name.includes('/') && !name.startsWith('_') && !EAGER.has(name));

export const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    const names = new RegExp(`^(node:)?(${[...LAZY, 'fs/promises', 'timers/promises'].join('|')})$`);
    build.onResolve({ filter: names }, ({ path, namespace }) =>
      namespace === 'lazy-builtin'
        ? { path, external: true }
        : { path: path.replace(/^node:/, ''), namespace: 'lazy-builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => {
      const exported = Object.keys(require(`node:${path}`)).filter((name) => name !== 'default');
      return {
        loader: 'js',
        contents: `for (const name of ${JSON.stringify(exported)})
          Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => require('node:${path}')[name] });`,
      };
    });
  },
};
