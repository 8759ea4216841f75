/**
 * ThreadBaseline: what a thread of a task's process was like before the job's code ran in it, to find out whether it still is. A thread
 * that is as it was takes the next task; Hadoop has no peer, its JVM runs the next task in whatever the last one left.
 * Looked at: the global object, every built-in of the language, `console`, `process` with its variables and listeners, the modules of Node
 * that the job requires, and what is still open. Looked at one level deep: a method that was replaced is found, a counter inside
 * Node is not; so jobs that use other modules than the plain ones below get a new thread for each task (docs/decisions/029).
 */
import { createRequire } from 'node:module';

/** Modules of Node that hold nothing of who uses them. */
const PLAIN_MODULES: ReadonlySet<string> = new Set([
  'assert',
  'buffer',
  'crypto',
  'os',
  'path',
  'querystring',
  'string_decoder',
  'url',
  'util',
  'zlib',
]);

/** What code needs in order to leave behind something that no look at this thread would find, or to reach what is not looked at. */
const LEAVES_NO_TRACE =
  /\b(?:setTimeout|setInterval|setImmediate|AbortSignal|BroadcastChannel|MessageChannel|FinalizationRegistry|WebSocket|EventSource|fetch|eval|Function|import|getBuiltinModule|binding|_linkedBinding|mainModule)\b/;

/**
 * The modules that the text of a bundled job requires, without `node:`; undefined where its tasks cannot share a thread, since that
 * would not be seen to be safe.
 */
export function modulesOfSharedThread(jobText: string): readonly string[] | undefined {
  const [code = ''] = jobText.split('//# sourceMappingURL=', 1);
  if (LEAVES_NO_TRACE.test(code)) return undefined;
  const modules = Array.from(code.matchAll(/\brequire\(["'](?:node:)?([a-z_]+)["']\)/g), ([, name = '']) => name);
  const all = code.match(/\brequire\b/g)?.length ?? 0;
  return all === modules.length && modules.every((name) => PLAIN_MODULES.has(name)) ? modules : undefined;
}

/** Globals whose content is looked at. Of the others it is only seen that they are there: many are loaded by a look. */
const LANGUAGE = [
  ...[
    'Object',
    'Function',
    'Boolean',
    'Symbol',
    'Number',
    'BigInt',
    'Math',
    'Date',
    'String',
    'RegExp',
    'Array',
    'JSON',
  ],
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'Proxy', 'Reflect', 'Atomics', 'Iterator', 'Intl'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array'],
  ...['Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURIComponent', 'decodeURIComponent'],
  ...['Buffer', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'structuredClone', 'queueMicrotask'],
];

type Properties = Readonly<Record<PropertyKey, PropertyDescriptor | undefined>>;

/** An object, and what it held. */
interface Watched {
  readonly name: string;
  readonly object: object;
  readonly prototype: object | null;
  readonly properties: Properties;
}

// The job's code may put others in their place.
const { ownKeys, getPrototypeOf } = Reflect;
const { is, getOwnPropertyDescriptors } = Object;

/** Parts of the language that hang on nothing global. */
function hiddenIntrinsics(): readonly object[] {
  const iterators = [[][Symbol.iterator](), new Map().entries(), new Set().values(), ''[Symbol.iterator]()];
  const generator = function* (): Generator<never> {};
  return [
    ...iterators.map((iterator) => getPrototypeOf(iterator) as object),
    getPrototypeOf(Uint8Array) as object,
    getPrototypeOf(Uint8Array.prototype) as object,
    ...[generator, async (): Promise<void> => {}, async function* () {}].map((made) => getPrototypeOf(made) as object),
    getPrototypeOf(generator.prototype as object) as object,
  ];
}

export class ThreadBaseline {
  private readonly watched: Watched[] = [];
  private readonly globals = ownKeys(globalThis);
  private readonly state: ReadonlyMap<string, string>;

  /** `modules`: those of Node that the job requires; `variables`: this thread's own. Takes a ms or two in a new thread. */
  constructor(
    modules: readonly string[],
    private readonly variables: NodeJS.ProcessEnv,
  ) {
    this.state = processState(variables);
    const seen = new Set<object>();
    const watch = (name: string, value: unknown, depth: number): void => {
      if (!isObject(value) || seen.has(value)) return;
      seen.add(value);
      // As a whole, for speed: this is on the way to a task's first record.
      const properties: Properties = getOwnPropertyDescriptors(value);
      this.watched.push({ name, object: value, prototype: getPrototypeOf(value), properties });
      if (typeof value === 'function') watch(`${name}.prototype`, properties['prototype']?.value, 0);
      else if (depth > 0) for (const key of Object.keys(properties)) watch(`${name}.${key}`, properties[key]?.value, 0);
    };
    for (const name of LANGUAGE) watch(name, (globalThis as Record<string, unknown>)[name], name === 'Intl' ? 1 : 0);
    for (const intrinsic of hiddenIntrinsics()) watch('a built-in of the language', intrinsic, 0);
    watch('console', console, 0);
    watch('process', process, 0);
    const require = createRequire(__filename);
    for (const name of modules) watch(`node:${name}`, require(name), 1);
  }

  /** Resolves, when what could run has run, with what is not as it was, by its name; with undefined where nothing is. */
  async firstTrace(): Promise<string | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const now = processState(this.variables);
    for (const [what, before] of this.state) {
      // The immediate that is ours has not ended yet.
      const text = what === OPEN ? now.get(what)?.replace(/Immediate(, )?/, '') : now.get(what);
      // Variables may hold what is nobody's to read.
      if (text !== before) return what === VARIABLES ? what : `${what}: ${text}, not ${before}`;
    }
    const added = differentKey(this.globals, ownKeys(globalThis));
    if (added !== undefined) return `globalThis.${String(added)}`;
    for (const before of this.watched) {
      const trace = difference(before);
      if (trace !== undefined) return trace;
    }
    return undefined;
  }
}

function difference({ name, object, prototype, properties }: Watched): string | undefined {
  if (getPrototypeOf(object) !== prototype) return `the prototype of ${name}`;
  const now: Properties = getOwnPropertyDescriptors(object);
  const keys = ownKeys(properties);
  const moved = differentKey(keys, ownKeys(now));
  if (moved !== undefined) return `${name}.${String(moved)}`;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? '';
    const [one, other] = [properties[key], now[key]];
    if (!is(one?.value, other?.value) || one?.get !== other?.get || one?.set !== other?.set)
      return `${name}.${String(key)}`;
  }
  return undefined;
}

/** One that came, went or moved. */
function differentKey(before: readonly PropertyKey[], now: readonly PropertyKey[]): PropertyKey | undefined {
  const longer = now.length < before.length ? before : now;
  for (let at = 0; at < longer.length; at++) if (before[at] !== now[at]) return longer[at];
  return undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

const VARIABLES = 'variables of process';
const OPEN = 'open resources';

/** Of the process, as this thread has it. */
function processState(variables: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
  return new Map([
    [VARIABLES, JSON.stringify(variables)],
    ['listeners of process', listeners.join(', ')],
    ['exit code of process', String(process.exitCode)],
    [OPEN, process.getActiveResourcesInfo().sort().join(', ')],
  ]);
}
