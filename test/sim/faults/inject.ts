/**
 * Faults at work: each kind as what it does to the world when its time comes, and how it is undone. A fault is counted (World.strikes) when it
 * did something to somebody while a job ran.
 */
import type { Machine, Role, SimProcess } from '../machine.js';
import type { CallFault } from '../net.js';
import { CLIENT_HOST, type World } from '../world.js';
import type { Fault, FaultKind } from './plan.js';
import { RM_HOST } from '../cluster/resource-manager.js';

/** Undoes it; undefined where there is nothing to undo. */
type Undo = (() => void) | undefined;
type Inject = (world: World, fault: Fault) => Undo;

const INJECT: Readonly<Record<FaultKind, Inject>> = {
  'slow-link': callFault('delay'),
  'reorder-calls': callFault('reorder'),
  'lose-reply': callFault('lose-reply'),
  'late-request': callFault('late'),
  'refuse-calls': callFault('refuse'),
  partition: (world, fault) => cut(world, fault, pairs(fault, true)),
  'one-way': (world, fault) => cut(world, fault, pairs(fault, false)),
  isolate: (world, fault) => {
    const host = fault.host ?? RM_HOST;
    const others = [...world.machines.keys()].filter((other) => other !== host);
    return cut(world, fault, [
      ...others.map((other) => [host, other] as const),
      ...others.map((other) => [other, host] as const),
    ]);
  },
  clog: (world, fault) => clog(world, fault, pairs(fault, true)),
  swizzle: (world, fault) => {
    // About half of the machines, each from a moment of its own to a moment of its own.
    const { draws } = world.sim;
    const lengthMs = fault.forMs ?? 10_000;
    for (const [n, host] of [...world.machines.keys()].entries()) {
      if (host === CLIENT_HOST || !draws.chance(500, `${fault.id}/in`, n)) continue;
      const fromMs = draws.below(Math.ceil(lengthMs / 2), `${fault.id}/from`, n);
      const toMs = lengthMs / 2 + draws.below(Math.ceil(lengthMs / 2), `${fault.id}/to`, n);
      let undo: Undo;
      world.sim.schedule(fromMs, undefined, `${fault.id} clogs ${host}`, () => {
        const others = [...world.machines.keys()].filter((other) => other !== host);
        undo = clog(world, fault, [
          ...others.map((other) => [host, other] as const),
          ...others.map((other) => [other, host] as const),
        ]);
      });
      world.sim.schedule(toMs, undefined, `${fault.id} frees ${host}`, () => undo?.());
    }
    return undefined;
  },
  'half-open': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    return darken(world, fault, machine, () => undefined);
  },

  'kill-rm': (world, fault) => kill(world, fault, RM_HOST),
  'kill-nm': (world, fault) => kill(world, fault, fault.host ?? ''),
  'kill-am': (world, fault) => killOne(world, fault, 'am'),
  'kill-task': (world, fault) => killOne(world, fault, 'task'),
  'kill-all': (world, fault) => {
    for (const machine of world.machines.values()) {
      if (machine.host === CLIENT_HOST) continue;
      const daemon = world.daemons.get(machine.host);
      if (daemon) daemon.restartMs = fault.restartMs;
      machine.powerOff();
    }
    world.strikes(fault);
    return undefined;
  },
  // Those with a phase are armed now; the others name their point.
  'kill-at-point': (world, fault) => {
    if (fault.when) world.arm(fault);
    return undefined;
  },
  'pause-rm': (world, fault) => pause(world, fault, world.daemons.get(RM_HOST)?.process),
  'pause-nm': (world, fault) => pause(world, fault, world.daemons.get(fault.host ?? '')?.process),
  'pause-am': (world, fault) => pause(world, fault, one(world, fault, 'am')),
  'pause-task': (world, fault) => pause(world, fault, one(world, fault, 'task')),

  'reboot-node': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    return darken(world, fault, machine, () => machine.powerOff());
  },
  // As a reboot, and what was not flushed to the disk is gone.
  'power-cut': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    return darken(world, fault, machine, () => {
      machine.powerOff();
      machine.disk.loseUnsynced(fault.id);
    });
  },
  'slow-node': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    const fast = machine.slowDown(fault.amount ?? 10);
    if (machine.running().length > 0) world.strikes(fault);
    return fast;
  },
  'clock-skew': (world, fault) => skew(world, fault, true),
  'clock-step': (world, fault) => skew(world, fault, false),
  // As where a time service puts all clocks right at once: they agree before and after.
  'clock-step-all': (world, fault) => {
    const ms = fault.amount ?? 3_600_000;
    world.steppedMs += ms;
    for (const machine of world.machines.values()) machine.wallOffsetMs += ms;
    world.strikes(fault);
    return undefined;
  },
  'clock-drift': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    machine.setDrift(fault.amount ?? 10_000);
    world.strikes(fault);
    return undefined;
  },
  'disk-full': (world, fault) => {
    const machine = machineOf(world, fault);
    if (!machine) return undefined;
    machine.disk.full = true;
    world.strikes(fault);
    return () => void (machine.disk.full = false);
  },

  'kill-job': (world, fault) => user(world, fault, (index) => world.client.killNow(index)),
  'fail-attempt': (world, fault) => user(world, fault, (index) => world.client.failAttempt(index)),
  'submit-again': (world, fault) => user(world, fault, (index) => world.client.submitAgain(index)),
};

/** Faults of a plan, from the first to the last; `heal` undoes what lasts. */
export class Injector {
  private readonly lasting = new Set<() => void>();
  private healed = false;

  constructor(private readonly world: World) {
    for (const fault of world.plan.faults) {
      const { id, kind, atMs, when } = fault;
      const schedule = (): void =>
        void world.sim.schedule(atMs, undefined, `fault ${id} ${kind}`, () => this.begin(fault));
      if (when) world.phases.onEnter(when.job, when.phase, schedule);
      else schedule();
    }
  }

  heal(): void {
    this.healed = true;
    for (const undo of [...this.lasting]) undo();
  }

  private begin(fault: Fault): void {
    if (this.healed) return;
    const undo = INJECT[fault.kind](this.world, fault);
    if (!undo) return;
    const once = (): void => {
      if (this.lasting.delete(once)) undo();
    };
    this.lasting.add(once);
    if (fault.forMs !== undefined) this.world.sim.schedule(fault.forMs, undefined, `end of ${fault.id}`, once);
  }
}

function callFault(kind: CallFault['kind']): Inject {
  return (world, { id, host, peer, perMille = 100, amount = 3000 }) => {
    const ends = { ...(host !== undefined && { from: host }), ...(peer !== undefined && { to: peer }) };
    world.net.addFault({ id, kind, perMille, delayMs: amount, ...ends });
    return () => world.net.removeFault(id);
  };
}

type Pair = readonly [from: string, to: string];

function pairs({ host = RM_HOST, peer = RM_HOST }: Fault, both: boolean): readonly Pair[] {
  return both ? [[host, peer] as const, [peer, host] as const] : [[host, peer] as const];
}

function cut(world: World, fault: Fault, links: readonly Pair[]): Undo {
  for (const [from, to] of links) world.net.block(from, to);
  world.strikes(fault);
  return () => {
    for (const [from, to] of links) world.net.unblock(from, to);
  };
}

function clog(world: World, fault: Fault, links: readonly Pair[]): Undo {
  const ms = fault.amount ?? 3000;
  for (const [from, to] of links) world.net.clog(from, to, ms);
  world.strikes(fault);
  return () => {
    for (const [from, to] of links) world.net.clog(from, to, -ms);
  };
}

function machineOf(world: World, { host }: Fault): Machine | undefined {
  return host === undefined ? undefined : world.machines.get(host);
}

/** The machine answers nothing any more; then `act`. Undone, its daemon starts anew. */
function darken(world: World, fault: Fault, machine: Machine, act: () => void): Undo {
  world.net.dark.add(machine.host);
  if (machine.running().length > 0) world.strikes(fault);
  act();
  return () => {
    world.net.dark.delete(machine.host);
    world.startDaemon(machine.host);
  };
}

function kill(world: World, fault: Fault, host: string): Undo {
  if (world.killDaemon(host, fault.restartMs)) world.strikes(fault);
  return undefined;
}

function one(world: World, fault: Fault, role: Role): SimProcess | undefined {
  const running = world.processes(role);
  return running.length === 0 ? undefined : world.sim.draws.pick(running, `${fault.id}/which`);
}

function killOne(world: World, fault: Fault, role: Role): Undo {
  const process = one(world, fault, role);
  if (!process) return undefined;
  process.kill();
  world.strikes(fault);
  return undefined;
}

function pause(world: World, fault: Fault, process: SimProcess | undefined): Undo {
  if (process?.state !== 'RUNNING') return undefined;
  process.pause();
  world.strikes(fault);
  return () => process.resume();
}

function skew(world: World, fault: Fault, undone: boolean): Undo {
  const machine = machineOf(world, fault);
  if (!machine) return undefined;
  const ms = fault.amount ?? 60_000;
  machine.wallOffsetMs += ms;
  world.strikes(fault);
  return undone ? () => void (machine.wallOffsetMs -= ms) : undefined;
}

function user(world: World, fault: Fault, act: (index: number) => boolean): Undo {
  if (act(fault.amount ?? 0)) world.strikes(fault);
  return undefined;
}
