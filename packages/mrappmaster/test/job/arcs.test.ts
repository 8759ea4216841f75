/** The AM's machines against their own headers, Hadoop's arcs, and the differences written down in docs/decisions. */
import { join } from 'node:path';
import { transitionTable } from '@bobbin/common';
import { chosenArcs, differingArcs, hadoopArcs, headerTable } from '@bobbin/common/testing';
import type { AnyStateMachine } from 'xstate';
import { jobMachine } from '../../src/job/job-machine.js';
import { taskMachine } from '../../src/job/task/task-machine.js';
import { taskAttemptMachine } from '../../src/job/taskattempt/task-attempt-machine.js';

const src = join(__dirname, '../../src');
const arcs = join(__dirname, '../data/hadoop-3.4.2-arcs.json');
const decision = join(__dirname, '../../../../docs/decisions/mrappmaster-arcs.md');

const machines: [hadoop: string, machine: AnyStateMachine, file: string][] = [
  ['JobImpl', jobMachine, 'job/job-machine.ts'],
  ['TaskImpl', taskMachine, 'job/task/task-machine.ts'],
  ['TaskAttemptImpl', taskAttemptMachine, 'job/taskattempt/task-attempt-machine.ts'],
];

test.each(machines)('%s: the table on top of the file is the machine', (_, machine, file) => {
  expect(headerTable(join(src, file), machine)).toEqual(transitionTable(machine));
});

test.each(machines)("%s: every arc is Hadoop's, or a chosen difference", (hadoop, machine) => {
  expect(differingArcs(machine, hadoopArcs(arcs, hadoop))).toEqual(chosenArcs(decision, hadoop));
});

test.each(machines)("%s: no arc of Hadoop's is missing", (hadoop, machine) => {
  const table = transitionTable(machine);
  const missing = Object.entries(hadoopArcs(arcs, hadoop)).flatMap(([state, row]) =>
    Object.keys(row).filter((event) => (table[state]?.[event] ?? '!') === '!'),
  );
  expect(missing).toEqual([]);
});
