/**
 * Credentials: the tokens and secrets of a process, and the file `HDTS` in which they travel (ContainerLaunchContext.tokens,
 * `container_tokens`, HADOOP_TOKEN_FILE_LOCATION). Hadoop: security.Credentials. Version 0 (Writable) is written, as by Hadoop;
 * version 1 (protobuf) is read too.
 */
import { readFileSync } from 'node:fs';
import { InvalidMessageError, messageOf } from '../errors.js';
import type { Token } from '../records/records.js';
import { tokenFromProto, tokenToProto } from '../rpc/converters/common.js';
import { CredentialsProto } from '../rpc/generated/Security.js';
import { WireReader } from '../rpc/wire/reader.js';
import { WireWriter } from '../rpc/wire/writer.js';
import { WritableReader, WritableWriter } from './writable.js';

export interface Credentials {
  /** By alias; the RM files the AMRM token under the empty one. */
  readonly tokens: ReadonlyMap<string, Token>;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
}

const MAGIC = Buffer.from('HDTS', 'latin1');
const WRITABLE = 0;
const PROTOBUF = 1;

export const NO_CREDENTIALS: Credentials = { tokens: new Map(), secrets: new Map() };

/** The first token of this kind. */
export function findToken(credentials: Credentials, kind: string): Token | undefined {
  return [...credentials.tokens.values()].find((token) => token.kind === kind);
}

export function encodeCredentials(credentials: Credentials, version: 0 | 1 = WRITABLE): Buffer {
  const head = Buffer.concat([MAGIC, Buffer.from([version])]);
  return Buffer.concat([head, version === WRITABLE ? encodeWritable(credentials) : encodeProtobuf(credentials)]);
}

/** Throws InvalidMessageError for bytes that are no such file. */
export function decodeCredentials(bytes: Uint8Array): Credentials {
  const reader = new WritableReader(bytes, 'credentials file');
  if (!reader.raw(MAGIC.length).equals(MAGIC))
    throw new InvalidMessageError("credentials file does not begin with 'HDTS'");
  const version = reader.byte();
  if (version === WRITABLE) return decodeWritable(reader);
  if (version === PROTOBUF) return decodeProtobuf(reader.rest());
  throw new InvalidMessageError(`credentials file has version ${version}; 0 and 1 are known`);
}

/** Throws an Error naming the file when it cannot be read, InvalidMessageError when it is none. */
export function readCredentialsFile(path: string, read: (path: string) => Uint8Array = readFileSync): Credentials {
  const bytes = read(path);
  try {
    return decodeCredentials(bytes);
  } catch (error) {
    throw new InvalidMessageError(`${path}: ${messageOf(error)}`, error);
  }
}

/** Hadoop's `Token.write`. */
export function writeToken(writer: WritableWriter, token: Token): void {
  writer.bytes(token.identifier).bytes(token.password).text(token.kind).text(token.service);
}

/** Hadoop's `Token.readFields`. */
export function readToken(reader: WritableReader): Token {
  return { identifier: reader.bytes(), password: reader.bytes(), kind: reader.text(), service: reader.text() };
}

function encodeWritable({ tokens, secrets }: Credentials): Buffer {
  const writer = new WritableWriter().vint(tokens.size);
  for (const [alias, token] of tokens) writeToken(writer.text(alias), token);
  writer.vint(secrets.size);
  for (const [alias, secret] of secrets) writer.text(alias).bytes(secret);
  return writer.finish();
}

function decodeWritable(reader: WritableReader): Credentials {
  const tokens = new Map<string, Token>();
  for (let left = reader.vint(); left > 0; left--) tokens.set(reader.text(), readToken(reader));
  const secrets = new Map<string, Uint8Array>();
  for (let left = reader.vint(); left > 0; left--) secrets.set(reader.text(), reader.bytes());
  return { tokens, secrets };
}

function encodeProtobuf({ tokens, secrets }: Credentials): Buffer {
  const writer = new WireWriter();
  writer.bytes(
    CredentialsProto.encode({
      tokens: [...tokens].map(([alias, token]) => ({ alias, token: tokenToProto(token) })),
      secrets: [...secrets].map(([alias, secret]) => ({ alias, secret })),
    }),
  );
  return writer.finish();
}

function decodeProtobuf(delimited: Buffer): Credentials {
  const message = CredentialsProto.decode(new WireReader(delimited).bytes());
  const tokens = new Map<string, Token>();
  for (const { alias, token } of message.tokens ?? []) if (token) tokens.set(alias, tokenFromProto(token));
  const secrets = new Map<string, Uint8Array>();
  for (const { alias, secret } of message.secrets ?? []) if (secret) secrets.set(alias, secret);
  return { tokens, secrets };
}
