/**
 * The `bobbin` command kept running: each message, `{ args }`, is one command line, carried out as the command does it and answered by
 * `{ ms, exitCode }`. What it prints goes to the standard output as ever. Node and our code are loaded once: what is timed is the
 * command's work, from its arguments to its end. argv: the bundled command.
 */
import { createRequire } from 'node:module';

const [, , bundle] = process.argv;
const { run } = createRequire(import.meta.url)(bundle);

process.on('message', async ({ args }) => {
  process.exitCode = 0;
  const started = performance.now();
  await run(args);
  process.send({ ms: performance.now() - started, exitCode: process.exitCode });
});
process.once('disconnect', () => process.exit(0));
