/** The RM's four machines against their own headers, Hadoop's arcs, and the differences written down in docs/decisions. */
import { join } from 'node:path';
import { transitionTable } from '@bobbin/common';
import { chosenArcs, differingArcs, hadoopArcs, headerTable } from '@bobbin/common/testing';
import type { AnyStateMachine } from 'xstate';
import { rmAppAttemptMachine } from '../src/rmapp/attempt/rm-app-attempt-machine.js';
import { rmAppMachine } from '../src/rmapp/rm-app-machine.js';
import { rmContainerMachine } from '../src/rmcontainer/rm-container-machine.js';
import { rmNodeMachine } from '../src/rmnode/rm-node-machine.js';

const src = join(__dirname, '../src');
const arcs = join(__dirname, 'data/hadoop-3.4.2-arcs.json');
const decision = join(__dirname, '../../../docs/decisions/resourcemanager-arcs.md');

const machines: [hadoop: string, machine: AnyStateMachine, file: string][] = [
  ['RMAppImpl', rmAppMachine, 'rmapp/rm-app-machine.ts'],
  ['RMAppAttemptImpl', rmAppAttemptMachine, 'rmapp/attempt/rm-app-attempt-machine.ts'],
  ['RMContainerImpl', rmContainerMachine, 'rmcontainer/rm-container-machine.ts'],
  ['RMNodeImpl', rmNodeMachine, 'rmnode/rm-node-machine.ts'],
];

test.each(machines)('%s: the table on top of the file is the machine', (_, machine, file) => {
  expect(headerTable(join(src, file), machine)).toEqual(transitionTable(machine));
});

test.each(machines)("%s: every arc is Hadoop's, or a chosen difference", (hadoop, machine) => {
  expect(differingArcs(machine, hadoopArcs(arcs, hadoop))).toEqual(chosenArcs(decision, hadoop));
});
