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
  if ('token' in credentials) metadata.set(TOKEN, encodeToken(credentials.token));
  else metadata.set(USER, encodeURIComponent(credentials.user));
  return metadata;
}

/** A token as bytes (a TokenProto): in metadata, and in base64 in a web request's header `x-bobbin-token`. */
export function encodeToken(token: Token): Buffer {
  return TokenProto.encode(tokenToProto(token));
}

/** Throws InvalidTokenError for bytes that are no token; `where` says where they were shown. */
export function decodeToken(bytes: Uint8Array, where: string): Token {
  try {
    return tokenFromProto(TokenProto.decode(bytes));
  } catch {
    throw new InvalidTokenError(`${where} holds ${bytes.length} bytes that are no TokenProto`);
  }
}

/** Throws InvalidTokenError where the token's bytes are none. */
export function fromMetadata(metadata: Metadata, peer: string): ShownCredentials {
  const [bytes] = metadata.get(TOKEN);
  const [user] = metadata.get(USER);
  return {
    ...(bytes !== undefined && {
      token: decodeToken(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, `metadata ${TOKEN}`),
    }),
    ...(typeof user === 'string' && { user: decodeUser(user) }),
    peer,
  };
}

function decodeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidTokenError(`metadata ${USER} is '${text}', which is no percent-encoded name`);
  }
}
