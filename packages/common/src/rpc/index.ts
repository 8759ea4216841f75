/** Public names of rpc: protocols, server, client, and the codecs that stores and token files need. */
export { decodeSubmissionContext, encodeSubmissionContext } from './converters/applications.js';
export { dispatch, type Codec, type MethodCodec, type Protocol } from './protocol.js';
export { applicationClientProtocol } from './protocols/application-client-protocol.js';
export { applicationMasterProtocol } from './protocols/application-master-protocol.js';
export { containerManagementProtocol } from './protocols/container-management-protocol.js';
export { mrClientProtocol } from './protocols/mr-client-protocol.js';
export { nodeSignalProtocol, resourceTrackerProtocol } from './protocols/resource-tracker-protocol.js';
export {
  decodeToken,
  encodeToken,
  type Authenticate,
  type CallCredentials,
  type ShownCredentials,
} from './credentials.js';
export { grpcTransport } from './grpc-transport.js';
export type { ClientChannel, RpcListener, Transport, UnaryCall } from './transport.js';
export { fromMetadata, toMetadata } from './credentials.js';
export { fromServiceError, toStatus } from './status.js';
export { RpcServer, type RpcServerOptions, type ServerTls } from './rpc-server.js';
export {
  createStub,
  type CallOptions,
  type ClientTls,
  type RetryOptions,
  type ServerGap,
  type Stub,
  type StubOptions,
} from './stub.js';
