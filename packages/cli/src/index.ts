/** Public names of @bobbin/cli: the command as a function. */
export { run } from './main.js';
