/**
 * The job API as bundled jobs find it: this process's own copy, so that a task's thread begins with the code that the task's bundle has of it,
 * and keeps, from one task to the next, what V8 has learnt of it. `bobbin job submit` bundles `@bobbin/mapreduce` as `sharedApiModule`;
 * whoever loads such a bundle calls `shareJobApi` before.
 */
import * as api from './index.js';

const NAME = 'bobbin.mapreduce';

/** The text of the module that stands for `@bobbin/mapreduce` in a job's bundle: its names, so that a wrong one is found there. */
export function sharedApiModule(): string {
  return `export const { ${Object.keys(api).join(', ')} } = globalThis[Symbol.for('${NAME}')];`;
}

/** Lets bundles find it in this thread. Safe to call twice. */
export function shareJobApi(): void {
  Reflect.set(globalThis, Symbol.for(NAME), Object.freeze({ ...api }));
}
