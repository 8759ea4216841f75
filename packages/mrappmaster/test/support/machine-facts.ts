/**
 * What the tests of the three machines share: the table on top of the file, Hadoop's arcs with the differences we chose
 * (docs/decisions/mrappmaster-arcs.md), and a way to drive a machine by hand.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin, decide, targetsOf, transitionTable } from '@bobbin/common';
import { markdownTable } from '@bobbin/common/testing';
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';

type Table = Record<string, Record<string, string>>;
/** State to event to the states it may lead to, sorted. */
export type Arcs = Record<string, Record<string, readonly string[]>>;

/** `test/data/hadoop-3.4.2-arcs.json` was read out of the running classes of Hadoop 3.4.2. */
export function hadoopArcs(machine: string): Arcs {
  const file = join(__dirname, '../data/hadoop-3.4.2-arcs.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Arcs>;
  const arcs = all[machine];
  if (!arcs) throw new Error(`no arcs of '${machine}' in ${file}`);
  return arcs;
}

/** The rows of the decision about `machine`, one for each state and event. */
export function chosenArcs(machine: string): Arcs {
  const file = join(__dirname, '../../../../docs/decisions/mrappmaster-arcs.md');
  const arcs: Record<string, Record<string, readonly string[]>> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, states = '', events = '', next = ''] = line.split('|').map((cell) => cell.trim());
    if (name !== machine) continue;
    for (const state of states.split(', ')) {
      for (const event of events.split(', ')) {
        (arcs[state] ??= {})[event] = next === 'same' ? [state] : next.split(', ').sort();
      }
    }
  }
  return arcs;
}

/** Our arcs that Hadoop lacks or has otherwise, and Hadoop's that we lack (with no state to go to). */
export function differingArcs(machine: AnyStateMachine, hadoop: Arcs): Arcs {
  const table = transitionTable(machine);
  const arcs: Record<string, Record<string, readonly string[]>> = {};
  for (const state of new Set([...Object.keys(table), ...Object.keys(hadoop)])) {
    for (const event of new Set([...Object.keys(table[state] ?? {}), ...Object.keys(hadoop[state] ?? {})])) {
      const ours = targetsOf(table, state, event);
      if (ours.join() !== (hadoop[state]?.[event] ?? []).join()) (arcs[state] ??= {})[event] = ours;
    }
  }
  return arcs;
}

/** The header of a machine's file, `src`-relative, with a `!` wherever a row or cell is left out. */
export function headerTable(file: string, machine: AnyStateMachine): Table {
  const written = markdownTable(join(__dirname, '../../src', file));
  const full: Table = { ...written };
  for (const [state, row] of Object.entries(transitionTable(machine))) {
    full[state] = { ...Object.fromEntries(Object.keys(row).map((event) => [event, '!'])), ...written[state] };
  }
  return full;
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
