/**
 * Guards: in a simulation nothing may come from outside the seed. While a simulator is active, the real clock, timers and randomness of this
 * process throw, and `setImmediate` is an event of the process whose code called it. Named imports are patched too
 * (`syncBuiltinESMExports`). To be installed once, after all modules are loaded.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import type { Simulator } from './simulator.js';

let active: Simulator | undefined;
let installed = false;

/** A source of what no seed governs was used. */
class HiddenInputError extends Error {
  constructor(what: string) {
    super(`${what} was used in a simulation: take a Clock or a RandomSource`);
    this.name = 'HiddenInputError';
  }
}

/** From now on `simulator` owns this process's immediates; `undefined` gives the world back. */
export function activate(simulator: Simulator | undefined): void {
  if (!installed) install();
  active = simulator;
}

type Anything = (...given: never[]) => unknown;

function install(): void {
  installed = true;
  const forbid = (owner: object, name: string, what: string): void => {
    const real = Reflect.get(owner, name) as Anything;
    const guarded = function (this: unknown, ...given: never[]): unknown {
      if (active) throw new HiddenInputError(what);
      return Reflect.apply(real, this, given);
    };
    // `hrtime` has `bigint`.
    Reflect.set(owner, name, Object.assign(guarded, real));
  };
  forbid(Date, 'now', 'Date.now');
  forbid(Math, 'random', 'Math.random');
  forbid(performance, 'now', 'performance.now');
  forbid(process.hrtime, 'bigint', 'process.hrtime.bigint');
  forbid(process, 'hrtime', 'process.hrtime');
  forbid(AbortSignal, 'timeout', 'AbortSignal.timeout');
  for (const name of ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync'] as const) {
    forbid(crypto, name, `crypto.${name}`);
  }
  for (const owner of [globalThis, timers]) {
    for (const name of ['setTimeout', 'setInterval']) forbid(owner, name, name);
    const real = owner.setImmediate as Anything;
    const owned = (action: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
      if (!active) return Reflect.apply(real, owner, [action, ...args]);
      return active.schedule(0, active.current, 'immediate', () => action(...args));
    };
    Reflect.set(owner, 'setImmediate', owned);
  }
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct(target, given, self) {
      if (active && given.length === 0) throw new HiddenInputError('new Date()');
      return Reflect.construct(target, given, self) as object;
    },
  });
  syncBuiltinESMExports();
  process.on('unhandledRejection', (error) => {
    if (!active) throw error;
    const { current } = active;
    if (current) current.threw(error);
    else active.fail('SIM', error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
}
