/** Public names of security: tokens, keys, credentials files, and who may call what. */
export * from './authenticate.js';
export {
  decodeCredentials,
  encodeCredentials,
  findToken,
  NO_CREDENTIALS,
  readCredentialsFile,
  type Credentials,
} from './credentials-file.js';
export * from './job-token.js';
export {
  NMContainerTokenSecretManager,
  NMTokenSecretManagerInNM,
  type NMTokenKeys,
  type ReceivedKeys,
} from './nm-secret-managers.js';
export * from './rm-secret-managers.js';
export * from './open-cluster.js';
export { RollingKeys, type KeyState, type RollingKeysOptions } from './rolling-keys.js';
export { loadOrCreateSecret, loadSecret, SharedSecret } from './shared-secret.js';
export {
  AMRM_TOKEN,
  CLIENT_TO_AM_TOKEN,
  CLIENT_TOKEN,
  CONTAINER_TOKEN,
  NM_TOKEN,
  NODE_TOKEN,
  type AMRMTokenIdentifier,
  type ClientToAMTokenIdentifier,
  type ContainerTokenIdentifier,
  type DelegationTokenIdentifier,
  type NMTokenIdentifier,
  type TokenKind,
} from './token-identifiers.js';
export { hmacSha256, sameBytes } from './token-signature.js';
export { WritableWriter } from './writable.js';
