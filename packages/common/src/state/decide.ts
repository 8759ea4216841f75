/**
 * How entities use their machines. `decide` is a pure step: (machine, snapshot, event) to the next snapshot and the
 * effects to carry out afterwards; `transitionTable` reads a machine as the table that stands on top of its file.
 * House rules for a machine: `assign` and `emit` only; no invoke, after, spawn or raise; terminal states are plain states. One that
 * keeps them is stepped by its own table (flat-machine.ts), any other by xstate.
 */
import { createActor, createMachine } from 'xstate';
import type { AnyActorLogic, AnyActorScope, AnyStateMachine } from 'xstate';
import type { EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { flatMachine } from './flat-machine.js';

interface EmitAction {
  readonly type: string;
  readonly params?: { readonly event?: unknown };
}

function effectsOf<M extends AnyActorLogic>(actions: readonly unknown[]): EmittedFrom<M>[] {
  return actions.map((action) => {
    const { type, params } = action as EmitAction;
    if (type !== 'xstate.emit' || params?.event === undefined) {
      throw new Error(`a machine may only assign and emit, but asked for '${type}'`);
    }
    return params.event as EmittedFrom<M>;
  });
}

let surroundings: Pick<AnyActorScope, 'self' | 'system'> | undefined;

/**
 * Where a step takes place: nowhere. xstate's own `transition` makes an actor of the machine for each step, and runs its
 * context factory without an input to do so, which costs five times the step itself; a machine that only assigns and emits
 * never looks at that actor, so one idle actor serves them all.
 */
function scopeThatRecords(actions: unknown[]): AnyActorScope {
  if (!surroundings) {
    const idle = createActor(createMachine({}));
    surroundings = { self: idle, system: idle.system };
  }
  const nothing = (): void => undefined;
  return {
    ...surroundings,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action) => void actions.push(action),
  };
}

/** The first snapshot of a machine. Throws if its entry asks for effects: an entity is born silent. */
export function begin<M extends AnyStateMachine>(machine: M, input?: InputFrom<M>): SnapshotFrom<M> {
  const flat = flatMachine(machine);
  return flat ? (flat.begin(input) as SnapshotFrom<M>) : beginByXState(machine, input);
}

/** `begin` by xstate itself, whatever the machine. */
export function beginByXState<M extends AnyStateMachine>(machine: M, input?: InputFrom<M>): SnapshotFrom<M> {
  const actions: unknown[] = [];
  const snapshot = machine.getInitialSnapshot(scopeThatRecords(actions) as never, input);
  if (actions.length > 0) throw new Error(`machine '${machine.id}' has effects on entry of its initial state`);
  return snapshot as SnapshotFrom<M>;
}

/** One step. Pure: the same arguments give the same answer; nothing is carried out. */
export function decide<M extends AnyStateMachine>(
  machine: M,
  snapshot: SnapshotFrom<M>,
  event: EventFromLogic<M>,
): [next: SnapshotFrom<M>, effects: EmittedFrom<M>[]] {
  const flat = flatMachine(machine);
  if (flat) {
    const effects: EmittedFrom<M>[] = [];
    return [flat.step(snapshot, event, effects) as SnapshotFrom<M>, effects];
  }
  return decideByXState(machine, snapshot, event);
}

/** `decide` by xstate itself, whatever the machine: what machines that are not flat need, and what the others are held against. */
export function decideByXState<M extends AnyStateMachine>(
  machine: M,
  snapshot: SnapshotFrom<M>,
  event: EventFromLogic<M>,
): [next: SnapshotFrom<M>, effects: EmittedFrom<M>[]] {
  const actions: unknown[] = [];
  const next = machine.transition(snapshot, event, scopeThatRecords(actions) as never);
  return [next as SnapshotFrom<M>, effectsOf<M>(actions)];
}

interface Arc {
  readonly target?: readonly { readonly key: string }[] | undefined;
  readonly actions: readonly unknown[];
}

/**
 * State by event to cell: targets joined by `/` where arcs are guarded, `=` for actions without a target, `.` for neither
 * (late but harmless), `!` where there is no arc (INVALID_EVENT). A guarded arc that stays is named by its own state.
 */
export function transitionTable(machine: AnyStateMachine): Record<string, Record<string, string>> {
  const nodes = Object.values(machine.root.states) as unknown as {
    key: string;
    transitions: Map<string, readonly Arc[]>;
  }[];
  const events = [...new Set(nodes.flatMap((node) => [...node.transitions.keys()]))];
  const table: Record<string, Record<string, string>> = {};
  for (const node of nodes) {
    const row: Record<string, string> = {};
    for (const event of events) row[event] = cell(node.key, node.transitions.get(event) ?? []);
    table[node.key] = row;
  }
  return table;
}

function cell(state: string, arcs: readonly Arc[]): string {
  if (arcs.length === 0) return '!';
  const one = arcs.length === 1;
  const targets = arcs.map((arc) => {
    const target = arc.target?.map((t) => t.key).join('+');
    if (target !== undefined && target !== '') return target;
    if (!one) return state;
    return arc.actions.length > 0 ? '=' : '.';
  });
  return [...new Set(targets)].join('/');
}

/** Every state a machine can be in after `event` in `state`, sorted; the form of the reference arcs. */
export function targetsOf(table: Record<string, Record<string, string>>, state: string, event: string): string[] {
  const text = table[state]?.[event] ?? '!';
  if (text === '!') return [];
  return [...new Set(text.split('/').map((t) => (t === '=' || t === '.' ? state : t)))].sort();
}
