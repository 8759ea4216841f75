/**
 * What the tests of every package's machines share: the table on top of a machine's file, Hadoop's arcs (read out of the running
 * classes of Hadoop 3.4.2, `test/data/hadoop-3.4.2-arcs.json` of each package), the differences that a decision writes down, and
 * a way to drive a machine by hand.
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { begin, beginByXState, decide, decideByXState, targetsOf, transitionTable } from '../state/decide.js';
import { flatMachine } from '../state/flat-machine.js';
import { markdownTable } from './markdown-table.js';

/** State to event to the states it may lead to, sorted. */
export type Arcs = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The arcs of one machine, by Hadoop's class name; throws where the file has none. */
export function hadoopArcs(file: string, machine: string): Arcs {
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Arcs>;
  const arcs = all[machine];
  if (!arcs) throw new Error(`no arcs of '${machine}' in ${file}`);
  return arcs;
}

/** The rows of a decision about `machine`: | machine | state, state | event, event | next, next (or `same`) | why |. */
export function chosenArcs(file: string, machine: string): Arcs {
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
      const theirs = [...(hadoop[state]?.[event] ?? [])].sort();
      if (ours.join() !== theirs.join()) (arcs[state] ??= {})[event] = ours;
    }
  }
  return arcs;
}

/** The table on top of a machine's file, in the form of `transitionTable`: `!` wherever a row or cell is left out. */
export function headerTable(file: string, machine: AnyStateMachine): Record<string, Record<string, string>> {
  const written = markdownTable(file);
  const full = { ...written };
  for (const [state, row] of Object.entries(transitionTable(machine))) {
    full[state] = { ...Object.fromEntries(Object.keys(row).map((event) => [event, '!'])), ...written[state] };
  }
  return full;
}

export interface MachineRun<M extends AnyStateMachine> {
  readonly state: string;
  readonly snapshot: SnapshotFrom<M>;
  readonly effects: readonly EmittedFrom<M>[];
}

/**
 * Feeds events to a new machine; the effects of all steps in order. Throws where a step differs from xstate's own, and for a machine
 * that is not flat: it would be stepped a hundred times slower.
 */
export function runMachine<M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  events: readonly EventFromLogic<M>[],
): MachineRun<M> {
  let snapshot = begin(machine, input);
  if (!flatMachine(machine))
    throw new Error(`machine '${machine.id}' does not keep the house rules of state/decide.ts`);
  let theirs = beginByXState(machine, input);
  const effects: EmittedFrom<M>[] = [];
  for (const event of events) {
    const [next, made] = decide(machine, snapshot, event);
    const [theirNext, theirMade] = decideByXState(machine, theirs, event);
    mustAgree(event, [next, made], [theirNext, theirMade]);
    snapshot = next;
    theirs = theirNext;
    effects.push(...made);
  }
  return { state: String((snapshot as { value: unknown }).value), snapshot, effects };
}

type Step = readonly [snapshot: unknown, effects: readonly unknown[]];

function mustAgree(event: unknown, ours: Step, theirs: Step): void {
  const [mine, xstates] = [ours, theirs].map(([snapshot, effects]) => {
    const { value, context } = snapshot as { readonly value: unknown; readonly context: unknown };
    return inspect({ value, context, effects }, { depth: Infinity, sorted: true });
  });
  if (mine !== xstates) throw new Error(`a step differs from xstate's on ${inspect(event)}\n${mine}\n${xstates}`);
}
