/** The AM's machines against their own headers, Hadoop's arcs, and the differences written down in docs/decisions. */
import { transitionTable } from '@bobbin/common';
import type { AnyStateMachine } from 'xstate';
import { jobMachine } from '../../src/job/job-machine.js';
import { taskMachine } from '../../src/job/task/task-machine.js';
import { taskAttemptMachine } from '../../src/job/taskattempt/task-attempt-machine.js';
import { chosenArcs, differingArcs, hadoopArcs, headerTable } from '../support/machine-facts.js';

const machines: [hadoop: string, machine: AnyStateMachine, file: string][] = [
  ['JobImpl', jobMachine, 'job/job-machine.ts'],
  ['TaskImpl', taskMachine, 'job/task/task-machine.ts'],
  ['TaskAttemptImpl', taskAttemptMachine, 'job/taskattempt/task-attempt-machine.ts'],
];

test.each(machines)('%s: the table on top of the file is the machine', (_, machine, file) => {
  expect(headerTable(file, machine)).toEqual(transitionTable(machine));
});

test.each(machines)("%s: every arc is Hadoop's, or a chosen difference", (hadoop, machine) => {
  expect(differingArcs(machine, hadoopArcs(hadoop))).toEqual(chosenArcs(hadoop));
});

test.each(machines)("%s: no arc of Hadoop's is missing", (hadoop, machine) => {
  const table = transitionTable(machine);
  const missing = Object.entries(hadoopArcs(hadoop)).flatMap(([state, row]) =>
    Object.keys(row).filter((event) => (table[state]?.[event] ?? '!') === '!'),
  );
  expect(missing).toEqual([]);
});
