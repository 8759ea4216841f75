/**
 * What a call proves its caller by, on gRPC: metadata `bobbin-token-bin` (an encoded TokenProto) or `bobbin-user` (a bare
 * name, for open servers only). Hadoop: the SASL exchange of a connection.
 */
import { Metadata } from '@grpc/grpc-js';
import { InvalidTokenError } from '../errors.js';
import type { Token } from '../records/records.js';
import type { Caller } from '../records/protocols.js';
import { tokenFromProto, tokenToProto } from './converters/common.js';
import { TokenProto } from './generated/Security.js';

const TOKEN = 'bobbin-token-bin';
const USER = 'bobbin-user';

/** By what a client calls. */
export type CallCredentials = { readonly token: Token } | { readonly user: string };

/** What a server was shown; nothing of it is proved yet. */
export interface ShownCredentials {
  readonly token?: Token;
  readonly user?: string;
  /** Address of the other end, for messages. */
  readonly peer: string;
}

/** Says who calls, or throws InvalidTokenError or AccessControlError. */
export type Authenticate = (shown: ShownCredentials) => Caller;

export function toMetadata(credentials: CallCredentials): Metadata {
  const metadata = new Metadata();
  if ('token' in credentials) metadata.set(TOKEN, TokenProto.encode(tokenToProto(credentials.token)));
  else metadata.set(USER, encodeURIComponent(credentials.user));
  return metadata;
}

/** Throws InvalidTokenError where the token's bytes are none. */
export function fromMetadata(metadata: Metadata, peer: string): ShownCredentials {
  const [bytes] = metadata.get(TOKEN);
  const [user] = metadata.get(USER);
  return {
    ...(bytes !== undefined && { token: decodeToken(bytes) }),
    ...(typeof user === 'string' && { user: decodeURIComponent(user) }),
    peer,
  };
}

function decodeToken(bytes: string | Buffer): Token {
  try {
    return tokenFromProto(TokenProto.decode(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
  } catch {
    throw new InvalidTokenError(`metadata ${TOKEN} holds ${bytes.length} bytes that are no TokenProto`);
  }
}
