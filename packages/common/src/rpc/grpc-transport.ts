/** grpcTransport: calls over gRPC. Bodies pass it as bytes; a channel connects anew by itself when its server comes back. */
import { Client, credentials as channelCredentials, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import { stayAlive, systemClock, type Timer } from '../clock/clock.js';
import { CallCancelledError, UnreachableError } from '../errors.js';
import { toMetadata } from './credentials.js';
import { MAX_MESSAGE_BYTES, rawUnaryMethod, RpcServer } from './rpc-server.js';
import { fromServiceError } from './status.js';
import type { ClientTls } from './stub.js';
import type { ClientChannel, Transport, UnaryCall } from './transport.js';

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // A server that comes back is found within a second.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A held call on a connection whose other end vanished must notice.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
};

class GrpcChannel implements ClientChannel {
  private readonly client: Client;

  constructor(
    private readonly address: string,
    tls: ClientTls | undefined,
  ) {
    const secured = tls
      ? channelCredentials.createSsl(tls.ca, tls.key ?? null, tls.cert ?? null)
      : channelCredentials.createInsecure();
    this.client = new Client(address, secured, CHANNEL_OPTIONS);
  }

  unary({ service, method, body, credentials, deadlineMs, signal }: UnaryCall): Promise<Buffer> {
    const { path, requestSerialize, responseDeserialize } = rawUnaryMethod(service, method);
    const { address } = this;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new CallCancelledError(method));
        return;
      }
      const metadata = toMetadata(credentials);
      // gRPC takes its deadline by the machine's clock, whatever clock paces the repetitions.
      const deadline = systemClock.now() + deadlineMs;
      const done = (error: ServiceError | null, answer?: Buffer): void => {
        signal?.removeEventListener('abort', cancel);
        if (error === null && answer !== undefined) resolve(answer);
        else if (signal?.aborted) reject(new CallCancelledError(method));
        else if (error !== null) reject(fromServiceError(error, method, address));
        else reject(new UnreachableError(`${method} at ${address} was answered with nothing`));
      };
      const call = this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        body,
        metadata,
        { deadline },
        done,
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  stayAlive(): Timer {
    return stayAlive();
  }

  close(): void {
    this.client.close();
  }
}

export const grpcTransport: Transport = {
  connect: (address, tls) => new GrpcChannel(address, tls),
  listen: (options) => new RpcServer(options),
};
