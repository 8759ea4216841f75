/**
 * Machine: one host: its clock, its disk, its ports and its table of processes, all of which outlive any process. SimProcess: one incarnation
 * of a program: what a daemon's composition root is given (clock, randomness, log, transport), bound to that one life. A killed process keeps
 * nothing but what is on the disk; its parent is not told unless it watches, as with a real orphan.
 */
import type { Clock, LogFields, Logger, RandomSource, Resource, Timer, Transport } from '@bobbin/common';
import { Disk } from './disk.js';
import type { Net } from './net.js';
import type { Simulator } from './simulator.js';

/** Thrown by a seam at the moment of death, and by every seam of a dead process after it. Production code may catch it; nothing comes of that. */
export class ProcessDied extends Error {
  constructor(process: string) {
    super(`process ${process} is dead`);
    this.name = 'ProcessDied';
  }
}

/** Wall clock of machines whose clock is right, at the beginning: 2023-11-14T22:13:20Z. */
export const WORLD_EPOCH_MS = 1_700_000_000_000;

export const SIGKILLED = 137;

/** What runs in a process; called once, in its first event. What it throws ends the process and breaks rule S11. */
export type Program = (process: SimProcess) => void;

/** What kind of program a process runs: what faults and sweeps aim at. */
export type Role = 'rm' | 'nm' | 'am' | 'task' | 'client' | 'helper';

export interface ProcessSpec {
  /** `rm`, `nm`, a container's id. */
  readonly name: string;
  readonly role: Role;
  /** What a container was given; absent for daemons. */
  readonly resource?: Resource;
}

/** What the world must know of its processes. */
export interface ProcessWatcher {
  /** Before each write or send; `true` kills the process right there. */
  crashPoint(process: SimProcess, name: string): boolean;
  /** A line of its log of level warn or error. */
  logged(process: SimProcess, level: 'warn' | 'error', message: string, fields: LogFields): void;
  /** Something was thrown that nobody caught. */
  faulted(process: SimProcess, error: unknown): void;
  started(process: SimProcess): void;
  died(process: SimProcess): void;
}

export class Machine {
  readonly disk: Disk;
  /** By pid; those that run, and what has ended until somebody reaps it. */
  readonly processes = new Map<number, SimProcess>();
  /** Added to the wall clock, ms; may jump either way. */
  wallOffsetMs = 0;
  /** Parts per million by which both clocks run fast; `setDrift` changes it. */
  driftPpm = 0;
  private driftedMs = 0;
  private driftSinceMs = 0;
  private readonly slowedBy: number[] = [];
  private nextPid = 100;
  private nextPort = 40_000;

  constructor(
    readonly sim: Simulator,
    readonly net: Net,
    readonly host: string,
    private readonly watcher: ProcessWatcher,
  ) {
    this.disk = new Disk(sim, host);
  }

  /** Starts `program`; its first event comes a moment later. */
  spawn(spec: ProcessSpec, program: Program): SimProcess {
    const pid = this.nextPid++;
    const process = new SimProcess(this, this.watcher, spec, pid);
    this.processes.set(pid, process);
    this.watcher.started(process);
    this.sim.schedule(1, process, 'starts', () => program(process));
    return process;
  }

  /** How many times slower everything here is: of several causes the worst, for their product would be hours on its own loopback. */
  get slowness(): number {
    return Math.max(1, ...this.slowedBy);
  }

  /** Gives what undoes it. */
  slowDown(times: number): () => void {
    this.slowedBy.push(times);
    return () => void this.slowedBy.splice(this.slowedBy.indexOf(times), 1);
  }

  setDrift(ppm: number): void {
    this.driftedMs = this.driftMs();
    this.driftSinceMs = this.sim.nowMs;
    this.driftPpm = ppm;
  }

  /** By how much both clocks have run ahead so far. */
  driftMs(): number {
    return this.driftedMs + Math.trunc(((this.sim.nowMs - this.driftSinceMs) * this.driftPpm) / 1_000_000);
  }

  freePort(): number {
    return this.nextPort++;
  }

  /** Every process dies at once. */
  powerOff(): void {
    for (const process of [...this.processes.values()]) process.kill();
  }

  running(): readonly SimProcess[] {
    return [...this.processes.values()].filter(({ state }) => state !== 'DEAD');
  }
}

export class SimProcess {
  state: 'RUNNING' | 'PAUSED' | 'DEAD' = 'RUNNING';
  /** As a shell gives it; 137 after a kill. Undefined while it lives. */
  exitCode: number | undefined;
  readonly name: string;
  readonly role: Role;
  readonly resource: Resource | undefined;
  /** `name#pid`: unique on its machine, and in the trace. */
  readonly id: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  /** Calls and servers of this process; its calls are those of this life alone. */
  readonly transport: Transport;
  readonly startedAtMs: number;
  /** Writes and sends so far. */
  points = 0;
  private readonly exitListeners: (() => void)[] = [];
  private readonly deferred: { readonly label: string; readonly action: () => void }[] = [];
  private randomDraws = 0;
  private ioCount = 0;

  /** Machine.spawn makes them. */
  constructor(
    readonly machine: Machine,
    private readonly watcher: ProcessWatcher,
    spec: ProcessSpec,
    readonly pid: number,
  ) {
    const { name, role, resource } = spec;
    this.name = name;
    this.role = role;
    this.resource = resource;
    this.id = `${machine.host}/${name}#${pid}`;
    this.startedAtMs = machine.sim.nowMs;
    this.clock = {
      now: () => this.wallMs(),
      monotonic: () => this.monotonicMs(),
      after: (ms, act) => this.after(ms, act),
    };
    this.random = { bytes: (length) => this.randomBytes(length) };
    this.log = this.logger({});
    this.transport = machine.net.transportOf(this);
  }

  get alive(): boolean {
    return this.state !== 'DEAD';
  }

  /** Throws ProcessDied where this life is over: the first line of every synchronous seam. */
  check(): void {
    if (!this.alive) throw new ProcessDied(this.id);
  }

  /**
   * A place where death may strike: before a write, a send, an append. Throws ProcessDied where it does. `name` says which, for coverage and
   * for the sweep, which counts them.
   */
  point(name: string): void {
    this.check();
    this.points++;
    if (!this.watcher.crashPoint(this, name)) return;
    this.kill();
    throw new ProcessDied(this.id);
  }

  /**
   * The asynchronous seam: `operation` takes place in an event of its own, `fromMs` to `toMs` later, between two points of death. Never
   * settles where the process dies meanwhile. What `operation` throws rejects.
   */
  io<T>(name: string, operation: () => T, fromMs = 0, toMs = 2): Promise<T> {
    if (!this.alive) return new Promise(() => undefined);
    const { draws } = this.machine.sim;
    const delayMs = draws.between(fromMs, toMs, `${this.machine.host}/${this.name}/io`, this.ioCount++);
    return new Promise((resolve) => {
      this.schedule(delayMs * this.machine.slowness, name, () => {
        this.point(name);
        resolve(attempt(operation));
      });
    });
  }

  /** An event of this process; dropped where it is dead by then. */
  schedule(delayMs: number, label: string, action: () => void): Timer {
    return this.machine.sim.schedule(delayMs, this, label, action);
  }

  /** Ends by itself. Whatever of its code still runs ends at the next seam. */
  exit(code: number): void {
    if (!this.alive) return;
    this.end(code);
  }

  /** SIGKILL. */
  kill(): void {
    if (!this.alive) return;
    this.end(SIGKILLED);
  }

  /** SIGSTOP: its events wait, its timers too. */
  pause(): void {
    if (this.state === 'RUNNING') this.state = 'PAUSED';
  }

  /** SIGCONT: what waited happens now, in its order. */
  resume(): void {
    if (this.state !== 'PAUSED') return;
    this.state = 'RUNNING';
    for (const { label, action } of this.deferred.splice(0)) this.schedule(0, label, action);
  }

  /** The kernel's: keeps an event for the time after a pause. */
  defer(label: string, action: () => void): void {
    this.deferred.push({ label, action });
  }

  /** Calls back once, in an event of the world, when this process has ended; at once where it has. */
  onExit(listener: () => void): void {
    if (this.alive) this.exitListeners.push(listener);
    else this.machine.sim.schedule(0, undefined, `exit of ${this.id} is seen`, listener);
  }

  /** The kernel's: what an event of this process threw. */
  threw(error: unknown): void {
    if (error instanceof ProcessDied || !this.alive) return;
    this.watcher.faulted(this, error);
    this.kill();
  }

  private end(code: number): void {
    this.state = 'DEAD';
    this.exitCode = code;
    this.deferred.splice(0);
    this.machine.sim.trace.add(`${this.machine.sim.nowMs} ${this.id} ends ${code}`);
    this.machine.net.processEnded(this);
    for (const listener of this.exitListeners.splice(0)) {
      this.machine.sim.schedule(0, undefined, `exit of ${this.id} is seen`, listener);
    }
    this.watcher.died(this);
  }

  private wallMs(): number {
    const { machine } = this;
    return WORLD_EPOCH_MS + machine.wallOffsetMs + machine.sim.nowMs + machine.driftMs();
  }

  private monotonicMs(): number {
    return 1_000_000 + this.machine.sim.nowMs + this.machine.driftMs();
  }

  private after(delayMs: number, action: () => void): Timer {
    if (!this.alive) return { cancel: () => undefined };
    const byWorld = delayMs - Math.trunc((delayMs * this.machine.driftPpm) / 1_000_000);
    // As Node: never in the same turn.
    return this.schedule(Math.max(1, Math.ceil(byWorld)), 'timer', action);
  }

  private randomBytes(length: number): Buffer {
    const { draws } = this.machine.sim;
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) bytes[at] = draws.word(`${this.id}/random`, this.randomDraws++) & 0xff;
    return bytes;
  }

  private logger(bound: LogFields): Logger {
    const quiet =
      (level: string) =>
      (message: string, fields?: LogFields): void => {
        if (this.alive && this.machine.sim.trace.keepsText) {
          this.machine.sim.trace.note(`${level} ${this.name}: ${message}${describe({ ...bound, ...fields })}`);
        }
      };
    const loud =
      (level: 'warn' | 'error') =>
      (message: string, fields?: LogFields): void => {
        if (!this.alive) return;
        quiet(level)(message, fields);
        this.watcher.logged(this, level, message, { ...bound, ...fields });
      };
    return {
      debug: quiet('debug'),
      info: quiet('info'),
      warn: loud('warn'),
      error: loud('error'),
      child: (fields) => this.logger({ ...bound, ...fields }),
    };
  }
}

/** A promise of what `operation` returns or throws. */
async function attempt<T>(operation: () => T): Promise<T> {
  return operation();
}

function describe(fields: LogFields): string {
  const { error, ...rest } = fields;
  const text = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return error instanceof Error ? `${text} ${error.stack ?? error.message}` : text;
}
