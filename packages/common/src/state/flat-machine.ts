/**
 * FlatMachine: a machine that keeps the house rules (one level of states, `assign` and `emit`, guards by function), stepped by its own
 * definition instead of by xstate's interpreter, which serves hierarchies, actors and delays that such a machine never has. A step
 * takes a fiftieth of the time and a snapshot is three fields. What it answers is what xstate answers: a test holds every machine
 * against it. A machine that does more is not flat, and xstate steps it.
 */
import type { AnyStateMachine } from 'xstate';

/** What entities keep of a machine: a part of xstate's own snapshot. */
export interface FlatSnapshot {
  readonly status: 'active';
  readonly value: string;
  readonly context: unknown;
}

export interface FlatMachine {
  begin(input: unknown): FlatSnapshot;
  /** Pushes the effects, in order. */
  step(snapshot: FlatSnapshot, event: Event, effects: unknown[]): FlatSnapshot;
}

interface Event {
  readonly type: string;
}

interface Scope {
  readonly context: unknown;
  readonly event: Event;
}

type Expression = (scope: Scope, params: unknown) => unknown;
type Params = (scope: Scope) => unknown;

interface Arc {
  readonly guard: ((scope: Scope) => boolean) | undefined;
  readonly target: string | undefined;
  readonly actions: readonly Action[];
}

type Action =
  | { readonly kind: 'EMIT'; readonly effect: unknown; readonly params: Params }
  | {
      readonly kind: 'ASSIGN';
      readonly assignment: Expression | readonly [string, unknown][];
      readonly params: Params;
    };

/** The arcs out of one state, by event; `*` for all that are not named. */
type Arcs = ReadonlyMap<string, readonly Arc[]>;

/** What is read of xstate's own objects. */
interface Node {
  readonly key: string;
  readonly parent: Node | undefined;
  readonly type: string;
  readonly states: Readonly<Record<string, Node>>;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly always?: readonly unknown[];
  readonly invoke: readonly unknown[];
  readonly after: readonly unknown[];
}

interface Transition {
  readonly target: readonly Node[] | undefined;
  readonly guard: unknown;
  readonly actions: readonly unknown[];
}

type Reference = string | { readonly type: string; readonly params?: unknown } | undefined;
type Library = Readonly<Record<string, unknown>>;

/** Thrown while a machine is read: xstate is to step it. */
class NotFlat extends Error {}

const known = new WeakMap<AnyStateMachine, FlatMachine | 'NOT_FLAT'>();

/** The machine as a flat one, read once; undefined where it is none. */
export function flatMachine(machine: AnyStateMachine): FlatMachine | undefined {
  let flat = known.get(machine);
  if (flat === undefined) {
    flat = read(machine);
    known.set(machine, flat);
  }
  return flat === 'NOT_FLAT' ? undefined : flat;
}

function read(machine: AnyStateMachine): FlatMachine | 'NOT_FLAT' {
  try {
    return new TableMachine(machine);
  } catch (error) {
    if (error instanceof NotFlat) return 'NOT_FLAT';
    throw error;
  }
}

class TableMachine implements FlatMachine {
  private readonly states = new Map<string, Arcs>();
  private readonly root: Arcs;
  private readonly initial: string;
  private readonly firstContext: unknown;

  constructor({ root, config, implementations }: AnyStateMachine) {
    const node = root as unknown as Node;
    const { initial, context } = config as { readonly initial?: unknown; readonly context?: unknown };
    if (typeof initial !== 'string' || node.type !== 'compound') throw new NotFlat();
    this.initial = initial;
    this.firstContext = context;
    const { actions, guards } = implementations as unknown as { readonly actions: Library; readonly guards: Library };
    this.root = arcsOf(node, actions, guards);
    for (const state of Object.values(node.states)) {
      if (state.type !== 'atomic') throw new NotFlat();
      this.states.set(state.key, arcsOf(state, actions, guards));
    }
  }

  begin(input: unknown): FlatSnapshot {
    const { firstContext } = this;
    const context: unknown =
      typeof firstContext === 'function' ? (firstContext as (given: object) => unknown)({ input }) : firstContext;
    return { status: 'active', value: this.initial, context: context ?? {} };
  }

  step(snapshot: FlatSnapshot, event: Event, effects: unknown[]): FlatSnapshot {
    const { value, context } = snapshot;
    const arcs = this.states.get(value);
    if (!arcs) throw new Error(`the machine has no state '${value}'`);
    const scope = { context, event };
    const arc = enabled(arcs, scope) ?? enabled(this.root, scope);
    if (!arc) return snapshot;
    let now = scope;
    for (const action of arc.actions) now = carryOut(action, now, effects);
    const target = arc.target ?? value;
    if (target === value && now.context === context) return snapshot;
    return { status: 'active', value: target, context: now.context };
  }
}

function enabled(arcs: Arcs, scope: Scope): Arc | undefined {
  const candidates = arcs.get(scope.event.type) ?? arcs.get('*');
  return candidates?.find(({ guard }) => guard === undefined || guard(scope));
}

/** What later actions of the same arc see. */
function carryOut(action: Action, scope: Scope, effects: unknown[]): Scope {
  const params = action.params(scope);
  if (action.kind === 'EMIT') {
    const { effect } = action;
    effects.push(typeof effect === 'function' ? (effect as Expression)(scope, params) : effect);
    return scope;
  }
  const { assignment } = action;
  const context = { ...(scope.context as object) };
  if (typeof assignment === 'function') return { ...scope, context: Object.assign(context, assignment(scope, params)) };
  for (const [name, part] of assignment) {
    (context as Record<string, unknown>)[name] =
      typeof part === 'function' ? (part as Expression)(scope, params) : part;
  }
  return { ...scope, context };
}

function arcsOf(node: Node, actions: Library, guards: Library): Arcs {
  const more = [node.entry, node.exit, node.always ?? [], node.invoke, node.after];
  if (more.some((list) => list.length > 0)) throw new NotFlat();
  const arcs = new Map<string, readonly Arc[]>();
  for (const [event, transitions] of node.transitions) {
    if (event !== '*' && event.includes('*')) throw new NotFlat();
    arcs.set(
      event,
      transitions.map(({ target, guard, actions: wanted }) => ({
        target: targetOf(target),
        guard: guardOf(guard as Reference, guards),
        actions: wanted.map((action) => actionOf(action as Reference, actions)),
      })),
    );
  }
  return arcs;
}

function targetOf(target: readonly Node[] | undefined): string | undefined {
  const [only, ...others] = target ?? [];
  if (others.length > 0 || (only && only.parent?.parent)) throw new NotFlat();
  return only?.key;
}

function guardOf(reference: Reference, guards: Library): Arc['guard'] {
  if (reference === undefined) return undefined;
  const guard = typeof reference === 'function' ? reference : guards[nameOf(reference)];
  if (typeof guard !== 'function' || 'check' in guard) throw new NotFlat();
  const params = paramsOf(reference);
  return (scope) => (guard as Expression)(scope, params(scope)) === true;
}

function actionOf(reference: Reference, actions: Library): Action {
  const action = (typeof reference === 'function' ? reference : actions[nameOf(reference)]) as
    | { readonly type?: string; readonly event?: unknown; readonly assignment?: Expression | Record<string, unknown> }
    | undefined;
  const params = paramsOf(reference);
  if (action?.type === 'xstate.emit') return { kind: 'EMIT', effect: action.event, params };
  const { assignment } = action ?? {};
  if (action?.type !== 'xstate.assign' || assignment === undefined) throw new NotFlat();
  return {
    kind: 'ASSIGN',
    assignment: typeof assignment === 'function' ? assignment : Object.entries(assignment),
    params,
  };
}

const nothing: Params = () => undefined;

function paramsOf(reference: Reference): Params {
  if (typeof reference !== 'object') return nothing;
  const { params } = reference;
  return typeof params === 'function' ? (params as Params) : () => params;
}

function nameOf(reference: Reference): string {
  return typeof reference === 'object' ? reference.type : String(reference);
}
