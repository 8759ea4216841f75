/**
 * UmbilicalServer: the AM's end of every umbilical: a TCP port, the handshake, and calls handed on with the container that
 * made them. Hadoop: the ipc.Server inside TaskAttemptListenerImpl. What the calls mean is the handler's.
 * A peer that breaks a rule or does not know the job token is told so, dropped and logged; the others notice nothing.
 */
import type { Clock, ContainerId, RandomSource, Service } from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import { UmbilicalProtocolError } from '../errors.js';
import type { Frame } from './frame.js';
import { FrameSocket } from './frame-socket.js';
import { ServerHandshake } from './handshake.js';
import { tcpWires, type Wire, type WireListener, type Wires } from './wire.js';

/** A child that has not proved itself by then is dropped. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface UmbilicalServerDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: AppLog;
  readonly jobToken: Uint8Array;
  /** Address to listen on; port 0 takes a free one. */
  readonly bindHost: string;
  readonly port: number;
  /** @default TCP */
  readonly wires?: Wires;
}

/** The connection that a call came by. */
export interface Caller {
  /** The answer reaches nobody: what may be given only once is to be kept for another call. */
  readonly isOver: boolean;
}

export interface UmbilicalHandler {
  /** Answers one call. What it throws is the answer too. */
  call(containerId: ContainerId, method: string, params: unknown, caller: Caller): Promise<unknown>;
  /** The child of this container has proved itself; it may come again when its connection broke. */
  connected(containerId: ContainerId): void;
}

export class UmbilicalServer implements Service {
  readonly name = 'UmbilicalServer';
  private listener: WireListener | undefined;
  private readonly connections = new Set<ServerConnection>();

  constructor(
    private readonly deps: UmbilicalServerDeps,
    private readonly handler: UmbilicalHandler,
  ) {}

  async start(): Promise<void> {
    const { bindHost, port, wires = tcpWires, log } = this.deps;
    const failed = (error: Error): void => log.error(`umbilical server: ${error.message}`);
    this.listener = await wires.listen(bindHost, port, (wire) => this.accept(wire), failed);
  }

  /** The port children connect to. Throws before `start`. */
  get port(): number {
    if (!this.listener) throw new Error('the umbilical server is not started');
    return this.listener.port;
  }

  /** Drops what connections the processes of this container have. */
  drop(containerId: ContainerId): void {
    for (const connection of this.connections) {
      if (connection.containerId === containerId) connection.close();
    }
  }

  /** Drops every child; a child then tries to reach the next AM attempt. */
  async stop(): Promise<void> {
    for (const connection of this.connections) connection.close();
    await this.listener?.close();
  }

  private accept(wire: Wire): void {
    const connection = new ServerConnection(wire, this.deps, this.handler, () => this.connections.delete(connection));
    this.connections.add(connection);
  }
}

/** One child's connection: hello, proof, then calls. */
class ServerConnection {
  private readonly frames: FrameSocket;
  private readonly handshake: ServerHandshake;
  private step: 'HELLO' | 'PROOF' | 'OPEN' = 'HELLO';
  /** Undefined until its proof. */
  containerId: ContainerId | undefined;

  constructor(
    wire: Wire,
    private readonly deps: UmbilicalServerDeps,
    private readonly handler: UmbilicalHandler,
    gone: () => void,
  ) {
    this.handshake = new ServerHandshake(deps.jobToken, deps.random);
    const deadline = deps.clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (this.step !== 'OPEN') this.frames.close(new UmbilicalProtocolError('no proof came in time'));
    });
    this.frames = new FrameSocket(wire, {
      frame: (frame) => this.received(frame),
      ended: (reason) => {
        deadline.cancel();
        if (reason) this.deps.log.warn(`umbilical of ${this.whoIsIt()} dropped: ${reason.message}`);
        gone();
      },
    });
  }

  close(): void {
    this.frames.close();
  }

  private received(frame: Frame): void {
    try {
      this.take(frame);
    } catch (error) {
      if (this.step !== 'OPEN') this.frames.send({ refused: messageOf(error) });
      throw error;
    }
  }

  private take(frame: Frame): void {
    switch (this.step) {
      case 'HELLO':
        this.frames.send(this.handshake.challenge(frame));
        this.step = 'PROOF';
        return;
      case 'PROOF':
        this.containerId = this.handshake.verify(frame);
        this.frames.trust();
        this.frames.send({ welcome: true });
        this.step = 'OPEN';
        this.handler.connected(this.containerId);
        return;
      case 'OPEN':
        this.call(frame);
    }
  }

  private call(frame: Frame): void {
    const { id, method, params } = frame;
    if (typeof id !== 'number' || typeof method !== 'string' || this.containerId === undefined) {
      throw new UmbilicalProtocolError(`a call needs a number 'id' and a text 'method'`);
    }
    this.handler.call(this.containerId, method, params, this.frames).then(
      (result) => this.frames.send({ id, result }),
      (error: unknown) => this.frames.send({ id, error: messageOf(error) }),
    );
  }

  private whoIsIt(): string {
    return this.containerId ?? this.frames.peer;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
