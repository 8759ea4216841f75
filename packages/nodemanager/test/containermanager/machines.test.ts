/** The three machines against the tables on top of their files and against Hadoop's own arcs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { targetsOf, transitionTable } from '@bobbin/common';
import { markdownTable } from '@bobbin/common/testing';
import { applicationMachine } from '../../src/containermanager/application/application-machine.js';
import { containerMachine } from '../../src/containermanager/container/container-machine.js';
import { localizedResourceMachine } from '../../src/containermanager/localizer/localized-resource-machine.js';

const src = join(__dirname, '..', '..', 'src', 'containermanager');
const arcs = JSON.parse(readFileSync(join(__dirname, '..', 'data', 'hadoop-3.4.2-arcs.json'), 'utf8')) as Record<
  string,
  Record<string, Record<string, string[]>>
>;

/** Arcs of ours that Hadoop's machine lacks; docs/decisions/nodemanager-arcs.md says why. */
const ours: Record<string, readonly string[]> = {
  LocalizedResource: ['FAILED.REQUEST', 'FAILED.RELEASE'],
  ContainerImpl: [
    'KILLING.INIT_CONTAINER',
    'EXITED_WITH_SUCCESS.INIT_CONTAINER',
    'EXITED_WITH_FAILURE.INIT_CONTAINER',
    'CONTAINER_CLEANEDUP_AFTER_KILL.INIT_CONTAINER',
  ],
};

/** Where an arc of ours leads besides where Hadoop's does; in the same document. */
const further: Record<string, Readonly<Record<string, readonly string[]>>> = {
  ContainerImpl: { 'NEW.KILL_CONTAINER': ['KILLING'] },
};

const machines: [name: string, machine: AnyStateMachine, file: string][] = [
  ['LocalizedResource', localizedResourceMachine, 'localizer/localized-resource-machine.ts'],
  ['ApplicationImpl', applicationMachine, 'application/application-machine.ts'],
  ['ContainerImpl', containerMachine, 'container/container-machine.ts'],
];

describe.each(machines)('%s', (name, machine, file) => {
  const table = transitionTable(machine);
  const reference = arcs[name] ?? {};

  test('the table on top of the file is the machine', () => {
    const written = markdownTable(join(src, file));
    const events = new Set([...Object.values(table), ...Object.values(written)].flatMap((row) => Object.keys(row)));
    for (const state of Object.keys(table)) {
      for (const event of events) {
        if (event === '*') continue;
        expect([state, event, written[state]?.[event] ?? '!']).toEqual([state, event, table[state]?.[event] ?? '!']);
      }
    }
    expect(Object.keys(written).sort()).toEqual(Object.keys(table).sort());
  });

  test('every arc of Hadoop is there and leads where it leads there; ours are listed', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(reference).sort());
    const events = new Set(Object.values(table).flatMap((row) => Object.keys(row)));
    for (const row of Object.values(reference)) for (const event of Object.keys(row)) events.add(event);
    const extra: string[] = [];
    for (const state of Object.keys(table)) {
      for (const event of events) {
        const mine = targetsOf(table, state, event);
        const theirs = [...(reference[state]?.[event] ?? []), ...(further[name]?.[`${state}.${event}`] ?? [])].sort();
        if (mine.length > 0 && theirs.length === 0) extra.push(`${state}.${event}`);
        else expect([state, event, mine]).toEqual([state, event, theirs]);
      }
    }
    expect(extra.sort()).toEqual([...(ours[name] ?? [])].sort());
  });
});
