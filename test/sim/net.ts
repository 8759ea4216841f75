/**
 * Net: what carries bytes between machines. Two things are built on the same links: unary calls (a Transport of common: codecs, credentials,
 * authentication, statuses and retries are the real ones, only gRPC itself is replaced) and ordered connections (for the umbilical).
 *
 * A link is one direction between two machines. What is sent on it arrives later, in the order in which it was sent unless a fault reorders
 * calls. A blocked link holds what is sent until it opens (TCP sends it again) or the sender gives up; nothing is ever duplicated by the
 * net: a call comes twice because its caller repeated it. The end of a process resets its connections; the end of a machine is silence, until
 * the deadline or 30 s without a keepalive. What a call meets is decided by draws over (link, method, n-th call).
 */
import {
  CallCancelledError,
  dispatch,
  fromMetadata,
  fromServiceError,
  toMetadata,
  toStatus,
  type Authenticate,
  type Caller,
  type ClientChannel,
  type Handlers,
  type Protocol,
  type RpcListener,
  type Timer,
  type Transport,
  type UnaryCall,
} from '@bobbin/common';
import type { Machine, SimProcess } from './machine.js';
import { hashText } from './random.js';
import type { Simulator } from './simulator.js';

type ServiceError = Parameters<typeof fromServiceError>[0];
type Metadata = ReturnType<typeof toMetadata>;

/** Numbers of gRPC's statuses that a transport makes by itself. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

const KEEPALIVE_MS = 30_000;
const LEAST_DELAY_MS = 1;

/** A fault that calls on matching links may meet; `undefined` matches all. Counted where it struck. */
export interface CallFault {
  readonly id: string;
  /** Machines; the direction is that of the request. */
  readonly from?: string;
  readonly to?: string;
  readonly method?: string;
  /**
   * `lose-reply`: carried out, the caller sees a broken connection; `refuse`: never arrives, the caller sees a broken connection;
   * `late`: broken for the caller, and carried out `delayMs` later, after its repetition; `delay`: up to `delayMs` slower;
   * `reorder`: as delay, and not in order.
   */
  readonly kind: 'lose-reply' | 'refuse' | 'late' | 'delay' | 'reorder';
  readonly perMille: number;
  readonly delayMs: number;
}

export interface NetWatcher {
  /** A call fault struck. */
  callFault(fault: CallFault, method: string): void;
  /** A call whose handler ran to its end. */
  served(server: SimProcess, call: ServedCall): void;
}

/** A call that was carried out, as checkers see it. */
export interface ServedCall {
  readonly service: string;
  readonly method: string;
  readonly request: Buffer;
  /** Undefined where the handler threw. */
  readonly answer: Buffer | undefined;
  /** Undefined where the credentials were refused. */
  readonly caller: Caller | undefined;
  /** Who called. */
  readonly client: SimProcess;
  /** What the handler, or the check of the credentials, threw. */
  readonly error?: unknown;
}

interface Held {
  readonly label: string;
  readonly deliver: () => void;
}

class Link {
  /** How many faults block it now. */
  blocks = 0;
  /** Added to each delay, ms. */
  clogMs = 0;
  lastArrivalMs = 0;
  readonly held: Held[] = [];
  sent = 0;
}

/** One end of an ordered connection. */
export interface SimSocket {
  /** `host` of the other machine. */
  readonly peer: string;
  /** Lost where the connection is closed by then. */
  send(bytes: Buffer): void;
  /** The other end sees it. Safe to call twice. */
  close(): void;
  /** Set once, before the event in which the connection was made ends. */
  onMessage: (bytes: Buffer) => void;
  /** Once, whoever closed or broke it, but not after the own `close`. */
  onClose: () => void;
}

type Port =
  | { readonly kind: 'rpc'; readonly process: SimProcess; readonly server: SimRpcServer }
  | { readonly kind: 'socket'; readonly process: SimProcess; readonly accept: (socket: SimSocket) => void };

export class Net {
  private readonly links = new Map<string, Link>();
  private readonly machines = new Map<string, Machine>();
  private readonly ports = new Map<string, Port>();
  private readonly endListeners = new Map<SimProcess, Set<() => void>>();
  private readonly faults = new Map<string, CallFault>();
  private readonly callCounts = new Map<string, number>();
  /** Machines without power: they answer nothing, not even with a reset. */
  readonly dark = new Set<string>();

  constructor(
    readonly sim: Simulator,
    private readonly watcher: NetWatcher,
  ) {}

  add(machine: Machine): void {
    this.machines.set(machine.host, machine);
  }

  transportOf(process: SimProcess): Transport {
    return {
      connect: (address) => new SimChannel(this, process, address),
      listen: (options) => new SimRpcServer(this, process, options.port),
    };
  }

  // ---- faults -----------------------------------------------------------------------------------------------------

  addFault(fault: CallFault): void {
    this.faults.set(fault.id, fault);
  }

  removeFault(id: string): void {
    this.faults.delete(id);
  }

  /** One direction; several blocks of a link must all be lifted. */
  block(from: string, to: string): void {
    this.link(from, to).blocks++;
  }

  unblock(from: string, to: string): void {
    const link = this.link(from, to);
    link.blocks--;
    if (link.blocks > 0) return;
    for (const { label, deliver } of link.held.splice(0)) this.sim.schedule(LEAST_DELAY_MS, undefined, label, deliver);
  }

  /** Makes one direction slower by `ms`; again with the negative number to undo it. */
  clog(from: string, to: string, ms: number): void {
    this.link(from, to).clogMs += ms;
  }

  isBlocked(from: string, to: string): boolean {
    return this.link(from, to).blocks > 0;
  }

  // ---- links ------------------------------------------------------------------------------------------------------

  /** Delivers by the link's rules; `deliver` runs in an event of the world. */
  transmit(from: string, to: string, label: string, deliver: () => void, extraMs = 0, inOrder = true): void {
    const link = this.link(from, to);
    const n = link.sent++;
    const slowness = Math.max(this.machines.get(to)?.slowness ?? 1, this.machines.get(from)?.slowness ?? 1);
    const delayMs = (LEAST_DELAY_MS + this.sim.draws.below(3, `${from}>${to}`, n)) * slowness + link.clogMs + extraMs;
    let atMs = this.sim.nowMs + delayMs;
    if (inOrder) {
      atMs = Math.max(atMs, link.lastArrivalMs);
      link.lastArrivalMs = atMs;
    }
    this.sim.schedule(atMs - this.sim.nowMs, undefined, label, () => {
      if (link.blocks > 0) link.held.push({ label, deliver });
      else deliver();
    });
  }

  private link(from: string, to: string): Link {
    const key = `${from}>${to}`;
    let link = this.links.get(key);
    if (!link) {
      link = new Link();
      this.links.set(key, link);
    }
    return link;
  }

  // ---- ports ------------------------------------------------------------------------------------------------------

  /** @internal Returns the port. Throws where it is taken by a process that lives. */
  bind(process: SimProcess, wanted: number, port: (number: number) => Port): number {
    const number = wanted === 0 ? process.machine.freePort() : wanted;
    const address = `${process.machine.host}:${number}`;
    if (this.ports.get(address)?.process.alive === true) throw new Error(`port ${number} of ${address} is in use`);
    this.ports.set(address, port(number));
    return number;
  }

  /** @internal */
  unbind(process: SimProcess, port: number): void {
    const address = `${process.machine.host}:${port}`;
    if (this.ports.get(address)?.process === process) this.ports.delete(address);
  }

  /** @internal What listens there and lives. */
  at(address: string): Port | undefined {
    const port = this.ports.get(address);
    return port?.process.alive === true ? port : undefined;
  }

  /** Listens for ordered connections; gives the port. */
  acceptSockets(process: SimProcess, port: number, accept: (socket: SimSocket) => void): number {
    process.check();
    return this.bind(process, port, () => ({ kind: 'socket', process, accept }));
  }

  /** Resolves with a connection to `host:port`; rejects where nothing listens there, or nothing answers for 30 s. */
  dial(process: SimProcess, address: string): Promise<SimSocket> {
    if (!process.alive) return new Promise(() => undefined);
    const [from, to] = [process.machine.host, hostOf(address)];
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (act: () => void) => (): void => {
        if (settled) return;
        settled = true;
        timer.cancel();
        this.sim.runAs(process, `dial ${address} ends`, act);
      };
      const timer = process.schedule(
        KEEPALIVE_MS,
        `dial ${address} times out`,
        settle(() => reject(new Error(`connect ETIMEDOUT ${address}`))),
      );
      this.transmit(from, to, `dial ${process.id} > ${address}`, () => {
        if (this.dark.has(to)) return;
        const port = this.at(address);
        if (port?.kind !== 'socket') {
          const refused = settle(() => reject(new Error(`connect ECONNREFUSED ${address}`)));
          this.transmit(to, from, `refusal of ${address}`, refused);
          return;
        }
        const { near, far } = this.connection(process, port.process);
        this.sim.runAs(port.process, `accept ${process.id}`, () => port.accept(far));
        this.transmit(
          to,
          from,
          `connected ${address}`,
          settle(() => resolve(near)),
        );
      });
    });
  }

  private connection(a: SimProcess, b: SimProcess): { near: SimSocket; far: SimSocket } {
    let open = true;
    const ends: [Socket, Socket] = [new Socket(b.machine.host), new Socket(a.machine.host)];
    const wire = (own: Socket, other: Socket, from: SimProcess, to: SimProcess): void => {
      const carry = (label: string, act: () => void): void => {
        this.transmit(from.machine.host, to.machine.host, label, () => this.sim.runAs(to, label, act));
      };
      own.transmit = (bytes) => {
        if (!open || own.closed || !from.alive) return;
        from.point('send frame');
        if (this.sim.trace.keepsText) this.sim.trace.note(`${from.name} sends ${bytes.subarray(4, 300).toString()}`);
        carry(`frame ${hashText(bytes.toString('latin1')).toString(16)}`, () => {
          if (!other.closed) other.onMessage(bytes);
        });
      };
      own.shut = () => {
        if (!open) return;
        open = false;
        this.forget(a, brokenByA);
        this.forget(b, brokenByB);
        carry('close', () => other.hangUp());
      };
    };
    const [near, far] = ends;
    wire(near, far, a, b);
    wire(far, near, b, a);
    const broken = (gone: SimProcess, left: SimProcess, socket: Socket) => (): void => {
      if (!open) return;
      open = false;
      this.forget(a, brokenByA);
      this.forget(b, brokenByB);
      const { host } = gone.machine;
      const silentMs = this.dark.has(host) ? KEEPALIVE_MS : 0;
      const tell = (): void => this.sim.runAs(left, 'reset', () => socket.hangUp());
      this.transmit(host, left.machine.host, `reset by ${gone.id}`, tell, silentMs);
    };
    const brokenByA = broken(a, b, far);
    const brokenByB = broken(b, a, near);
    this.onEnd(a, brokenByA);
    this.onEnd(b, brokenByB);
    return { near, far };
  }

  // ---- lives ------------------------------------------------------------------------------------------------------

  /** @internal */
  onEnd(process: SimProcess, listener: () => void): void {
    let listeners = this.endListeners.get(process);
    if (!listeners) this.endListeners.set(process, (listeners = new Set()));
    listeners.add(listener);
  }

  /** @internal */
  forget(process: SimProcess, listener: () => void): void {
    this.endListeners.get(process)?.delete(listener);
  }

  /** @internal Machine's: its ports are free, its connections broken. */
  processEnded(process: SimProcess): void {
    for (const [address, port] of this.ports) if (port.process === process) this.ports.delete(address);
    const listeners = this.endListeners.get(process);
    this.endListeners.delete(process);
    for (const listener of listeners ?? []) listener();
  }

  // ---- calls ------------------------------------------------------------------------------------------------------

  /** @internal One try of one call; settles in an event of `client`, or never where it dies. */
  call(client: SimProcess, address: string, call: UnaryCall, closed: Set<() => void>): Promise<Buffer> {
    if (!client.alive) return new Promise(() => undefined);
    client.point(`send ${call.method}`);
    const [from, to] = [client.machine.host, hostOf(address)];
    const { service, method } = call;
    const metadata = toMetadata(call.credentials);
    const label = `${method} ${hashText(call.body.toString('latin1')).toString(16)} ${client.id} > ${address}`;
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        deadline.cancel();
        closed.delete(cut);
        call.signal?.removeEventListener('abort', cancel);
        act();
      };
      const answer = (what: string, act: () => void): void => {
        if (!settled) this.sim.runAs(client, `${what} ${method}`, () => settle(act));
      };
      const fail = (code: number, details: string, statusMetadata?: Metadata): void => {
        const error = { code, details, metadata: statusMetadata ?? toMetadata({ user: '' }) } as ServiceError;
        reject(fromServiceError(error, method, address));
      };
      const cancel = (): void => settle(() => reject(new CallCancelledError(method)));
      const cut = (): void => settle(() => fail(UNAVAILABLE, 'the channel was closed'));
      const deadline = client.schedule(call.deadlineMs, `deadline of ${method}`, () =>
        settle(() => fail(DEADLINE_EXCEEDED, 'Deadline exceeded')),
      );
      if (call.signal?.aborted) {
        cancel();
        return;
      }
      call.signal?.addEventListener('abort', cancel, { once: true });
      closed.add(cut);

      const met = this.faultOf(from, to, method);
      const { fault, delayMs } = met;
      if (fault) this.watcher.callFault(fault, method);
      const broken = (): void => answer('broken', () => fail(UNAVAILABLE, 'Connection dropped'));
      if (fault?.kind === 'refuse') {
        this.sim.schedule(LEAST_DELAY_MS, undefined, `refused ${label}`, broken);
        return;
      }
      if (fault?.kind === 'late') this.sim.schedule(LEAST_DELAY_MS, undefined, `cut off ${label}`, broken);
      const addressee = this.at(address);
      const inOrder = fault?.kind !== 'late' && fault?.kind !== 'reorder';
      this.transmit(
        from,
        to,
        label,
        () => {
          if (this.dark.has(to)) return;
          const port = this.at(address);
          // A connection that was cut leads to one life of a server, and to no other.
          if (fault?.kind === 'late' && port !== addressee) return;
          if (port?.kind !== 'rpc') {
            this.transmit(to, from, `refusal of ${label}`, () =>
              answer('refused', () => fail(UNAVAILABLE, 'connect ECONNREFUSED')),
            );
            return;
          }
          this.serve(
            port.process,
            port.server,
            { service, method, body: call.body, metadata, peer: from, client },
            (reply) => {
              if (fault?.kind === 'lose-reply') {
                this.transmit(to, from, `lost reply of ${label}`, broken);
                return;
              }
              this.transmit(
                to,
                from,
                `${reply.kind} of ${label}${reply.kind === 'answer' ? ` ${hashText(reply.body.toString('latin1')).toString(16)}` : ''}`,
                () => {
                  if (reply.kind === 'answer') answer('answer', () => resolve(reply.body));
                  else if (reply.kind === 'error')
                    answer('error', () => fail(reply.status.code, reply.status.details, reply.status.metadata));
                  else broken();
                },
                reply.kind === 'reset' && this.dark.has(to) ? KEEPALIVE_MS : 0,
              );
            },
          );
        },
        delayMs,
        inOrder,
      );
    });
  }

  private faultOf(from: string, to: string, method: string): { fault: CallFault | undefined; delayMs: number } {
    if (this.faults.size === 0) return { fault: undefined, delayMs: 0 };
    const key = `${from}>${to}/${method}`;
    const n = this.callCounts.get(key) ?? 0;
    this.callCounts.set(key, n + 1);
    for (const fault of this.faults.values()) {
      if (fault.from !== undefined && fault.from !== from) continue;
      if (fault.to !== undefined && fault.to !== to) continue;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (!this.sim.draws.chance(fault.perMille, `${fault.id}/${key}`, n)) continue;
      const slower = fault.delayMs > 0 ? this.sim.draws.between(1, fault.delayMs, `${fault.id}/${key}/ms`, n) : 0;
      return { fault, delayMs: slower };
    }
    return { fault: undefined, delayMs: 0 };
  }

  /** The server's side; `reply` is called once at most, in the event in which the answer leaves. */
  private serve(process: SimProcess, server: SimRpcServer, call: ArrivedCall, reply: (reply: Reply) => void): void {
    let open = true;
    const end = (act: Reply): void => {
      if (!open) return;
      open = false;
      this.forget(process, reset);
      reply(act);
    };
    const reset = (): void => end({ kind: 'reset' });
    this.onEnd(process, reset);
    this.sim.runAs(process, `serves ${call.method}`, () => {
      let caller: Caller | undefined;
      const { service, method, body: request, client } = call;
      server
        .answer(call, (proven) => (caller = proven))
        .then(
          (body) => {
            if (!process.alive) return;
            this.watcher.served(process, { service, method, request, answer: body, caller, client });
            this.atPoint(process, `reply ${call.method}`, () => end({ kind: 'answer', body }));
          },
          (error: unknown) => {
            if (!process.alive) return;
            this.watcher.served(process, { service, method, request, answer: undefined, caller, client, error });
            if (!isYarnError(error))
              process.log.error('call failed by a fault of the server', { method: call.method, error });
            const status = toStatus(error);
            this.atPoint(process, `reply ${call.method}`, () => end({ kind: 'error', status }));
          },
        );
    });
  }

  /** Acts unless death strikes here. */
  private atPoint(process: SimProcess, name: string, act: () => void): void {
    try {
      process.point(name);
    } catch {
      return;
    }
    act();
  }
}

interface ArrivedCall {
  readonly service: string;
  readonly method: string;
  readonly body: Buffer;
  readonly metadata: Metadata;
  readonly peer: string;
  readonly client: SimProcess;
}

type Reply =
  | { readonly kind: 'answer'; readonly body: Buffer }
  | { readonly kind: 'error'; readonly status: ReturnType<typeof toStatus> }
  | { readonly kind: 'reset' };

class SimChannel implements ClientChannel {
  private readonly closing = new Set<() => void>();

  constructor(
    private readonly net: Net,
    private readonly process: SimProcess,
    private readonly address: string,
  ) {}

  unary(call: UnaryCall): Promise<Buffer> {
    return this.net.call(this.process, this.address, call, this.closing);
  }

  stayAlive(): Timer {
    return { cancel: () => undefined };
  }

  close(): void {
    for (const cut of [...this.closing]) cut();
  }
}

interface Registration {
  readonly protocol: Protocol<unknown>;
  readonly handlers: Handlers<unknown>;
  readonly authenticate: Authenticate;
}

class SimRpcServer implements RpcListener {
  private readonly registered = new Map<string, Registration>();
  private port: number | undefined;

  constructor(
    private readonly net: Net,
    private readonly process: SimProcess,
    private readonly wanted: number,
  ) {}

  register<P>(protocol: Protocol<P>, handlers: Handlers<P>, authenticate: Authenticate): void {
    this.registered.set(protocol.service, {
      protocol: protocol,
      handlers: handlers,
      authenticate,
    });
  }

  async start(): Promise<number> {
    this.process.check();
    const { process } = this;
    this.port = this.net.bind(process, this.wanted, () => ({ kind: 'rpc', process, server: this }));
    return this.port;
  }

  async stop(): Promise<void> {
    if (this.port !== undefined) this.net.unbind(this.process, this.port);
    this.port = undefined;
  }

  async answer(
    { service, method, body, metadata, peer }: ArrivedCall,
    known: (caller: Caller) => void,
  ): Promise<Buffer> {
    const registration = this.registered.get(service);
    if (!registration) throw new Error(`nothing serves ${service} here`);
    const caller = registration.authenticate(fromMetadata(metadata, peer));
    known(caller);
    return dispatch(registration.protocol, registration.handlers, method, body, caller);
  }
}

class Socket implements SimSocket {
  closed = false;
  onMessage: (bytes: Buffer) => void = () => undefined;
  onClose: () => void = () => undefined;
  /** Set by the net. */
  transmit: (bytes: Buffer) => void = () => undefined;
  shut: () => void = () => undefined;

  constructor(readonly peer: string) {}

  send(bytes: Buffer): void {
    this.transmit(bytes);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.shut();
  }

  /** The other end is gone. */
  hangUp(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose();
  }
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function isYarnError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'hadoopClass' in error;
}
