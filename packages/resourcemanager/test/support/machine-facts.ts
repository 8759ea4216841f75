/**
 * What the tests of all four machines share: the table on top of the file, Hadoop's arcs, and a way to drive a machine by
 * hand. `test/data/hadoop-3.4.2-arcs.json` was read out of the running classes of Hadoop 3.4.2.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin, decide, targetsOf, transitionTable } from '@bobbin/common';
import { markdownTable } from '@bobbin/common/testing';
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';

type Arcs = Record<string, Record<string, string[]>>;

/** Machine by Hadoop's class name to state to event to the states it may lead to. */
export function hadoopArcs(machine: string): Arcs {
  const file = join(__dirname, '../data/hadoop-3.4.2-arcs.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Arcs>;
  return all[machine] ?? {};
}

/** Our arcs in the form of `hadoopArcs`. */
export function arcsOf(machine: AnyStateMachine): Arcs {
  const table = transitionTable(machine);
  const arcs: Arcs = {};
  for (const [state, row] of Object.entries(table)) {
    arcs[state] = {};
    for (const event of Object.keys(row).sort()) {
      const targets = targetsOf(table, state, event);
      if (targets.length > 0) arcs[state][event] = targets;
    }
  }
  return arcs;
}

/** The header of a machine's file, `src`-relative. */
export function headerTable(file: string): Record<string, Record<string, string>> {
  return markdownTable(join(__dirname, '../../src', file));
}

export interface Run<M extends AnyStateMachine> {
  readonly state: string;
  readonly snapshot: SnapshotFrom<M>;
  readonly effects: readonly EmittedFrom<M>[];
}

/** Feeds events to a new machine; the effects of all steps in order. */
export function run<M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  events: readonly EventFromLogic<M>[],
): Run<M> {
  let snapshot = begin(machine, input);
  const effects: EmittedFrom<M>[] = [];
  for (const event of events) {
    const [next, made] = decide(machine, snapshot, event);
    snapshot = next;
    effects.push(...made);
  }
  return { state: String((snapshot as { value: unknown }).value), snapshot, effects };
}
