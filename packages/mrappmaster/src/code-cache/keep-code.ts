/** keepCode: what our programs call when they have done what they were started for, so that the next start is quicker (run-bundle.ts). */
import type { CodeCache } from './run-bundle.js';

/** A parameter of the function around a bundled program. */
declare const codeCache: CodeCache | undefined;

/** Does nothing where the program runs from its packages, or where its code was kept before. Never throws. */
export function keepCode(): void {
  if (typeof codeCache !== 'undefined') codeCache.keep();
}
