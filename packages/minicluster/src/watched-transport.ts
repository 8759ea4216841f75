/**
 * WatchedTransport: gRPC, with each call shown to a test before it is carried out and before it is answered, and with a plug to pull: from then on nothing
 * is answered, as if the process were gone. What a `kill -9` does to a server, in one process.
 */
import {
  grpcTransport,
  systemClock,
  type Authenticate,
  type Caller,
  type Handlers,
  type Protocol,
  type RpcListener,
  type RpcServerOptions,
  type Transport,
} from '@bobbin/common';

/** ARRIVED: not carried out yet. DONE: carried out, its answer not yet on its way. */
export type CallPhase = 'ARRIVED' | 'DONE';

export interface SeenCall {
  /** The gRPC service, such as `hadoop.yarn.ApplicationMasterProtocolService`. */
  readonly service: string;
  readonly method: string;
  readonly request: unknown;
  readonly caller: Caller;
}

type Handler = (request: unknown, caller: Caller) => unknown;

export class WatchedTransport implements Transport {
  private readonly listeners: RpcListener[] = [];
  private pulled = false;
  readonly connect = grpcTransport.connect.bind(grpcTransport);

  constructor(private readonly watch: (call: SeenCall, phase: CallPhase) => void) {}

  /** Nothing is answered any more, and every connection is cut. */
  async pullThePlug(): Promise<void> {
    this.pulled = true;
    await Promise.all(this.listeners.map((listener) => listener.stop(0)));
  }

  listen(options: RpcServerOptions): RpcListener {
    // A plug is pulled in the machine's time, whatever the cluster's.
    const listener = grpcTransport.listen({ ...options, clock: systemClock });
    this.listeners.push(listener);
    return {
      register: <P>(protocol: Protocol<P>, handlers: Handlers<P>, authenticate: Authenticate) =>
        listener.register(protocol, this.watched(protocol, handlers), authenticate),
      start: () => listener.start(),
      stop: (graceMs) => listener.stop(graceMs),
    };
  }

  private watched<P>(protocol: Protocol<P>, handlers: Handlers<P>): Handlers<P> {
    const { service } = protocol;
    const watched: Record<string, Handler> = {};
    for (const method of Object.keys(protocol.codecs)) {
      const carryOut = handlers[method as keyof P] as Handler;
      watched[method] = async (request, caller) => {
        const call = { service, method, request, caller };
        await this.show(call, 'ARRIVED');
        try {
          return await carryOut.call(handlers, request, caller);
        } finally {
          await this.show(call, 'DONE');
        }
      };
    }
    return watched as Handlers<P>;
  }

  private show(call: SeenCall, phase: CallPhase): Promise<void> | undefined {
    if (!this.pulled) this.watch(call, phase);
    return this.pulled ? NEVER : undefined;
  }
}

/** What a process that is gone answers. */
const NEVER = new Promise<never>(() => undefined);
