/** The three machines against the tables on top of their files, Hadoop's arcs, and the differences written down in docs/decisions. */
import { join } from 'node:path';
import { transitionTable } from '@bobbin/common';
import { chosenArcs, differingArcs, hadoopArcs, headerTable } from '@bobbin/common/testing';
import type { AnyStateMachine } from 'xstate';
import { applicationMachine } from '../../src/containermanager/application/application-machine.js';
import { containerMachine } from '../../src/containermanager/container/container-machine.js';
import { localizedResourceMachine } from '../../src/containermanager/localizer/localized-resource-machine.js';

const src = join(__dirname, '../../src/containermanager');
const arcs = join(__dirname, '../data/hadoop-3.4.2-arcs.json');
const decision = join(__dirname, '../../../../docs/decisions/nodemanager-arcs.md');

const machines: [hadoop: string, machine: AnyStateMachine, file: string][] = [
  ['LocalizedResource', localizedResourceMachine, 'localizer/localized-resource-machine.ts'],
  ['ApplicationImpl', applicationMachine, 'application/application-machine.ts'],
  ['ContainerImpl', containerMachine, 'container/container-machine.ts'],
];

test.each(machines)('%s: the table on top of the file is the machine', (_, machine, file) => {
  expect(headerTable(join(src, file), machine)).toEqual(transitionTable(machine));
});

test.each(machines)("%s: every arc is Hadoop's, or a chosen difference", (hadoop, machine) => {
  expect(differingArcs(machine, hadoopArcs(arcs, hadoop))).toEqual(chosenArcs(decision, hadoop));
});
