/** common's state/decide with arcs counted; build.mjs puts it in the place of the real one in the simulator's bundle. */
// For this file alone the bundle takes the name for state/decide.ts itself.
import { decide as realDecide } from '@bobbin/common';
import { countArc } from './arcs.js';

export { begin, targetsOf, transitionTable } from '@bobbin/common';

/** As the real one. */
export const decide: typeof realDecide = (machine, snapshot, event) => {
  const answer = realDecide(machine, snapshot, event);
  countArc(machine, snapshot, event, answer[0]);
  return answer;
};
