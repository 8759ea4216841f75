/** S11: no event that a machine does not know, no line of level error in a log, nothing thrown that nobody caught, no storm of calls. */
import type { FaultKind } from '../faults/plan.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

/** Events of a run per virtual second and node, all jobs included: more is a retry storm. */
const MOST_EVENTS_PER_SECOND = 400;

/** Lines of level error that a fault of the plan explains, each with why somebody should still look at it. */
const EXPECTED: readonly {
  readonly role: string;
  readonly message: RegExp;
  readonly because: string;
  readonly fault?: FaultKind;
}[] = [
  {
    role: 'nm',
    message: /^a fault at .* ends this NodeManager$/,
    because: 'its disk is full: it can promise nothing any more, and ends',
    fault: 'disk-full',
  },
  {
    role: 'am',
    message:
      /^the ResourceManager does not know this attempt any more|^Application attempt \S+ doesn't exist in|^could not unregister from the ResourceManager/,
    because: 'an AppMaster that was given up for dead, and wakes again, learns it so',
  },
  {
    role: 'am',
    message: /^the job's history .*(cannot be written|could not be moved to \S+): .* does not exist$/,
    because:
      'a later attempt ended the job and removed its staging folder before this one was told that it was given up; that the history is there S7 asks',
  },
];

export function noFaults({ sim, plan }: World): Checker {
  return {
    logged: (process, level, message, fields) => {
      if (level !== 'error') return;
      const explained = EXPECTED.some(
        (line) =>
          line.role === process.role &&
          line.message.test(message) &&
          (line.fault === undefined || plan.faults.some(({ kind }) => kind === line.fault)),
      );
      if (explained) return;
      const { error, ...rest } = fields;
      const cause = error instanceof Error ? `: ${error.stack ?? error.message}` : '';
      sim.fail('S11', `${process.id} logs an error: ${message} ${JSON.stringify(rest)}${cause}`);
    },
    faulted: (process, error) => {
      sim.fail(
        'S11',
        `${process.id} throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    },
    end: () => {
      const most = MOST_EVENTS_PER_SECOND * (plan.nodes.length + plan.jobs.length) * (sim.nowMs / 1000 + 10);
      if (sim.events > most) sim.fail('S11', `${sim.events} events in ${sim.nowMs} ms: more than ${Math.round(most)}`);
    },
  };
}
