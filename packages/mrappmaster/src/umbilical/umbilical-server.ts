/**
 * UmbilicalServer: the AM's end of every umbilical: a TCP port, the handshake, and calls handed on with the container that
 * made them. Hadoop: the ipc.Server inside TaskAttemptListenerImpl. What the calls mean is the handler's.
 * A peer that breaks a rule or does not know the job token is told so, dropped and logged; the others notice nothing.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock, ContainerId, RandomSource, Service } from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import { UmbilicalProtocolError } from '../errors.js';
import type { Frame } from './frame.js';
import { FrameSocket } from './frame-socket.js';
import { ServerHandshake } from './handshake.js';

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
}

export interface UmbilicalHandler {
  /** Answers one call. What it throws is the answer too. */
  call(containerId: ContainerId, method: string, params: unknown): Promise<unknown>;
}

export class UmbilicalServer implements Service {
  readonly name = 'UmbilicalServer';
  private readonly server: Server;
  private readonly connections = new Set<ServerConnection>();

  constructor(
    private readonly deps: UmbilicalServerDeps,
    private readonly handler: UmbilicalHandler,
  ) {
    this.server = createServer((socket) => this.accept(socket));
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.deps.port, this.deps.bindHost, () => {
        this.server.off('error', reject);
        this.server.on('error', (error) => this.deps.log.error(`umbilical server: ${error.message}`));
        resolve();
      });
    });
  }

  /** The port children connect to. Throws before `start`. */
  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the umbilical server is not started');
    return address.port;
  }

  /** Drops every child; a child then tries to reach the next AM attempt. */
  stop(): Promise<void> {
    for (const connection of this.connections) connection.close();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket): void {
    const connection = new ServerConnection(socket, this.deps, this.handler, () => this.connections.delete(connection));
    this.connections.add(connection);
  }
}

/** One child's connection: hello, proof, then calls. */
class ServerConnection {
  private readonly frames: FrameSocket;
  private readonly handshake: ServerHandshake;
  private step: 'HELLO' | 'PROOF' | 'OPEN' = 'HELLO';
  private containerId: ContainerId | undefined;

  constructor(
    socket: Socket,
    private readonly deps: UmbilicalServerDeps,
    private readonly handler: UmbilicalHandler,
    gone: () => void,
  ) {
    this.handshake = new ServerHandshake(deps.jobToken, deps.random);
    const deadline = deps.clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (this.step !== 'OPEN') this.frames.close(new UmbilicalProtocolError('no proof came in time'));
    });
    this.frames = new FrameSocket(socket, {
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
    this.handler.call(this.containerId, method, params).then(
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
