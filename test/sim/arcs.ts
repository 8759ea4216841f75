/** Arcs of the machines, counted as they are taken, for the run that is under way. */
import type { transitionTable } from '@bobbin/common';

type AnyStateMachine = Parameters<typeof transitionTable>[0];

let taken = new Set<string>();

/** Machines that have decided something in this process, by id. */
export const machines = new Map<string, AnyStateMachine>();

/** One step of a machine: `<machine> <state> <event>><state>`. */
export function countArc(machine: AnyStateMachine, before: unknown, event: unknown, after: unknown): void {
  machines.set(machine.id, machine);
  const { value: from } = before as { value: string };
  const { value: to } = after as { value: string };
  taken.add(`${machine.id} ${from} ${(event as { type: string }).type}>${to}`);
}

/** What was taken since the last call, each once. */
export function takeArcs(): Record<string, number> {
  const arcs = Object.fromEntries([...taken].map((arc) => [arc, 1]));
  taken = new Set();
  return arcs;
}
