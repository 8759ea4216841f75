/** Generated from proto/Security.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { messageType, optional, repeated, required, type Message, type MessageType } from '../wire/message-type.js';

/** identifier and password are opaque to the holder; service is the `host:port` that accepts it, or empty. */
export interface TokenProto extends Message {
  identifier: Uint8Array;
  password: Uint8Array;
  kind: string;
  service: string;
}
export const TokenProto: MessageType<TokenProto> = /* @__PURE__ */ messageType('hadoop.common.TokenProto', () => [
  required(1, 'identifier', 'bytes'),
  required(2, 'password', 'bytes'),
  required(3, 'kind', 'string'),
  required(4, 'service', 'string'),
]);

export interface CredentialsKVProto extends Message {
  alias: string;
  token?: TokenProto | undefined;
  secret?: Uint8Array | undefined;
}
export const CredentialsKVProto: MessageType<CredentialsKVProto> = /* @__PURE__ */ messageType(
  'hadoop.common.CredentialsKVProto',
  () => [required(1, 'alias', 'string'), optional(2, 'token', TokenProto), optional(3, 'secret', 'bytes')],
);

/** Body of an HDTS file of version 1. */
export interface CredentialsProto extends Message {
  tokens?: readonly CredentialsKVProto[] | undefined;
  secrets?: readonly CredentialsKVProto[] | undefined;
}
export const CredentialsProto: MessageType<CredentialsProto> = /* @__PURE__ */ messageType(
  'hadoop.common.CredentialsProto',
  () => [repeated(1, 'tokens', CredentialsKVProto), repeated(2, 'secrets', CredentialsKVProto)],
);

export interface GetDelegationTokenRequestProto extends Message {
  renewer: string;
}
export const GetDelegationTokenRequestProto: MessageType<GetDelegationTokenRequestProto> = /* @__PURE__ */ messageType(
  'hadoop.common.GetDelegationTokenRequestProto',
  () => [required(1, 'renewer', 'string')],
);

export interface GetDelegationTokenResponseProto extends Message {
  token?: TokenProto | undefined;
}
export const GetDelegationTokenResponseProto: MessageType<GetDelegationTokenResponseProto> =
  /* @__PURE__ */ messageType('hadoop.common.GetDelegationTokenResponseProto', () => [
    optional(1, 'token', TokenProto),
  ]);

export interface RenewDelegationTokenRequestProto extends Message {
  token: TokenProto;
}
export const RenewDelegationTokenRequestProto: MessageType<RenewDelegationTokenRequestProto> =
  /* @__PURE__ */ messageType('hadoop.common.RenewDelegationTokenRequestProto', () => [
    required(1, 'token', TokenProto),
  ]);

export interface RenewDelegationTokenResponseProto extends Message {
  newExpiryTime: number;
}
export const RenewDelegationTokenResponseProto: MessageType<RenewDelegationTokenResponseProto> =
  /* @__PURE__ */ messageType('hadoop.common.RenewDelegationTokenResponseProto', () => [
    required(1, 'newExpiryTime', 'uint64'),
  ]);

export interface CancelDelegationTokenRequestProto extends Message {
  token: TokenProto;
}
export const CancelDelegationTokenRequestProto: MessageType<CancelDelegationTokenRequestProto> =
  /* @__PURE__ */ messageType('hadoop.common.CancelDelegationTokenRequestProto', () => [
    required(1, 'token', TokenProto),
  ]);

export interface CancelDelegationTokenResponseProto extends Message {}
export const CancelDelegationTokenResponseProto: MessageType<CancelDelegationTokenResponseProto> =
  /* @__PURE__ */ messageType('hadoop.common.CancelDelegationTokenResponseProto', () => []);
