/**
 * RpcServer: several protocols on one gRPC port. Hadoop: ipc.Server, RPC.Server.
 * Each call: credentials to caller (the protocol's `authenticate`), then `dispatch`; errors become statuses. Bodies pass gRPC as
 * bytes, so that what is no message is refused by our codec with its own words. Faults that are no YarnError are logged.
 */
import { lookup } from 'node:dns/promises';
import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { systemClock, type Clock } from '../clock/clock.js';
import { CannotListenError, YarnError } from '../errors.js';
import type { Logger } from '../log/logger.js';
import type { Handlers } from '../records/protocols.js';
import { fromMetadata, type Authenticate } from './credentials.js';
import { dispatch, type Protocol } from './protocol.js';
import { toStatus } from './status.js';
import type { RpcListener } from './transport.js';

/** As Hadoop's ipc.maximum.data.length. */
export const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

export interface ServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Where given, callers must show a certificate of this authority. */
  readonly ca?: Buffer;
}

export interface RpcServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The configuration key that names the address, for the message when listening fails. */
  readonly setting?: string;
  readonly log?: Logger;
  readonly tls?: ServerTls;
  readonly clock?: Clock;
}

export class RpcServer implements RpcListener {
  private readonly server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });

  constructor(private readonly options: RpcServerOptions) {}

  /** Before `start`. `handlers` are called with the caller that `authenticate` has named. */
  register<P>(protocol: Protocol<P>, handlers: Handlers<P>, authenticate: Authenticate): void {
    const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
    const implementation: Record<string, UntypedHandleCall> = {};
    for (const method of protocol.methods) {
      definition[method] = rawUnaryMethod(protocol.service, method);
      implementation[method] = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
        void this.answer(protocol, handlers, authenticate, method, call, answer);
      };
    }
    this.server.addService(definition, implementation);
  }

  /** Listens; resolves with the port. Rejects with CannotListenError naming address and reason. */
  async start(): Promise<number> {
    // What gRPC would print, the error thrown here says.
    setLogVerbosity(logVerbosity.NONE);
    const { host, port } = this.options;
    const address = `${host}:${port}`;
    // One address, not every one that the name has: half of them bound would look like success.
    const ip = await lookup(host).catch((error: unknown) => {
      throw new CannotListenError(address, `the host name '${host}' does not resolve; ${this.advice('host')}`, error);
    });
    const at = ip.family === 6 ? `[${ip.address}]:${port}` : `${ip.address}:${port}`;
    return new Promise((resolve, reject) => {
      this.server.bindAsync(at, this.serverCredentials(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(new CannotListenError(address, this.whyNot(error.message), error));
      });
    });
  }

  /** Lets calls in flight end for `graceMs`, then cuts them off. Safe to call twice, and before `start`. */
  stop(graceMs = 500): Promise<void> {
    return new Promise((resolve) => {
      const timer = (this.options.clock ?? systemClock).after(graceMs, () => {
        this.server.forceShutdown();
        // A client that is stopped itself never takes the end of its connection.
        resolve();
      });
      this.server.tryShutdown(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  private async answer<P>(
    protocol: Protocol<P>,
    handlers: Handlers<P>,
    authenticate: Authenticate,
    method: string,
    call: ServerUnaryCall<Buffer, Buffer>,
    answer: sendUnaryData<Buffer>,
  ): Promise<void> {
    const peer = call.getPeer();
    try {
      const caller = authenticate(fromMetadata(call.metadata, peer));
      answer(null, await dispatch(protocol, handlers, method, call.request, caller));
    } catch (error) {
      if (!(error instanceof YarnError)) {
        this.options.log?.error('call failed by a fault of the server', {
          method,
          service: protocol.service,
          peer,
          error,
        });
      }
      answer(toStatus(error), null);
    }
  }

  private serverCredentials(): ServerCredentials {
    const { tls } = this.options;
    if (tls === undefined) return ServerCredentials.createInsecure();
    return ServerCredentials.createSsl(
      tls.ca ?? null,
      [{ cert_chain: tls.cert, private_key: tls.key }],
      tls.ca !== undefined,
    );
  }

  private whyNot(message: string): string {
    const { port } = this.options;
    if (message.includes('EADDRINUSE'))
      return `port ${port} is in use; stop what listens there or ${this.advice('port')}`;
    if (message.includes('EADDRNOTAVAIL')) return `this machine has no such address; ${this.advice('host')}`;
    if (message.includes('EACCES')) return `this user may not use port ${port}; ${this.advice('port')}`;
    return message;
  }

  private advice(what: 'host' | 'port'): string {
    const { setting } = this.options;
    return setting === undefined ? `set another ${what}` : `set another ${what} in ${setting}`;
  }
}

/** A method whose bodies gRPC does not look into. */
export function rawUnaryMethod(service: string, method: string): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path: `/${service}/${method}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
