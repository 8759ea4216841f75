/** All rules of a run. L1 is the loop's own (run.ts): that every accepted job ends in time, as it should. */
import type { World } from '../world.js';
import type { Checker } from './checker.js';
import { situations } from './situations.js';
import { explained } from './l2-explained.js';
import { atRest } from './l3-at-rest.js';
import { containerIds } from './s1-container-ids.js';
import { exitCodes } from './s10-exit-codes.js';
import { noFaults } from './s11-no-faults.js';
import { notGivenUp } from './s12-not-given-up.js';
import { resources } from './s2-resources.js';
import { acknowledged } from './s3-acknowledged.js';
import { output } from './s4-output.js';
import { fenced } from './s5-fenced.js';
import { nothingAgain } from './s6-nothing-again.js';
import { terminal } from './s7-terminal.js';
import { storedFirst } from './s8-stored-first.js';
import { tokens } from './s9-tokens.js';

const MAKERS = [
  containerIds,
  resources,
  acknowledged,
  output,
  fenced,
  nothingAgain,
  terminal,
  storedFirst,
  tokens,
  exitCodes,
  noFaults,
  notGivenUp,
  explained,
  atRest,
  situations,
] as const;

export function allCheckers(world: World): readonly Checker[] {
  return MAKERS.map((make) => make(world));
}
