/**
 * The job token: the secret that a job's AM, tasks and shuffle servers share. Hadoop: JobTokenIdentifier, SecureShuffleUtils,
 * ShuffleHandler.serializeServiceData. The AM makes it; tasks find it in their credentials under `JobToken`; an NM gets it as the
 * service data of `mapreduce_shuffle`. Its password is the key of the umbilical's and of the shuffle's proofs: the secret that the
 * job's submitter put among the AM's credentials, so that map output outlives an attempt of the AM.
 */
import { createHmac } from 'node:crypto';
import { InvalidMessageError } from '../errors.js';
import type { RandomSource } from '../ids/random.js';
import { parseJobId, type JobId } from '../records/ids.js';
import type { Token } from '../records/records.js';
import { readToken, writeToken } from './credentials-file.js';
import { KEY_BYTES, sameBytes } from './token-signature.js';
import { WritableReader, WritableWriter } from './writable.js';

/** Kind on Hadoop's wire. */
export const JOB_TOKEN_KIND = 'mapreduce.job';
/** Under this alias it stands in a task's credentials. */
export const JOB_TOKEN_ALIAS = 'JobToken';
/** Under this alias the submitter's secret stands in the AM's credentials. Hadoop: TokenCache.SHUFFLE_TOKEN. */
export const SHUFFLE_SECRET_ALIAS = 'MapReduceShuffleToken';

/** Made once a job, by its submitter. */
export function createShuffleSecret(random: RandomSource): Uint8Array {
  return random.bytes(KEY_BYTES);
}

/** `secret`: the submitter's; a new one where it gave none, which no other AM attempt will know. */
export function createJobToken(job: JobId, random: RandomSource, secret = createShuffleSecret(random)): Token {
  return {
    identifier: new WritableWriter().text(job).finish(),
    password: Buffer.from(secret),
    kind: JOB_TOKEN_KIND,
    service: job,
  };
}

/** The job that a job token is for. Throws InvalidMessageError for other tokens. */
export function jobOfToken(token: Token): JobId {
  if (token.kind !== JOB_TOKEN_KIND) {
    throw new InvalidMessageError(
      `token of kind '${token.kind}' shown where one of kind '${JOB_TOKEN_KIND}' is needed`,
    );
  }
  const job = new WritableReader(token.identifier, 'job token').text();
  parseJobId(job);
  return job as JobId;
}

/** Service data of `mapreduce_shuffle`: the token as a Writable. */
export function encodeShuffleServiceData(token: Token): Buffer {
  const writer = new WritableWriter();
  writeToken(writer, token);
  return writer.finish();
}

/** Throws InvalidMessageError for bytes that are none. */
export function decodeShuffleServiceData(bytes: Uint8Array): Token {
  return readToken(new WritableReader(bytes, 'service data of mapreduce_shuffle'));
}

/** Header `UrlHash`: base64 HMAC-SHA1 of `<port>/mapOutput?...`. `pathAndQuery` begins with the slash. */
export function shuffleUrlHash(key: Uint8Array, port: number, pathAndQuery: string): string {
  return createHmac('sha1', key).update(`${port}${pathAndQuery}`, 'utf8').digest('base64');
}

/** Header `ReplyHash`: base64 HMAC-SHA1 of the request's UrlHash. */
export function shuffleReplyHash(key: Uint8Array, urlHash: string): string {
  return createHmac('sha1', key).update(urlHash, 'utf8').digest('base64');
}

/** Compares two of these headers in constant time. */
export function sameShuffleHash(expected: string, shown: string): boolean {
  return sameBytes(Buffer.from(expected, 'utf8'), Buffer.from(shown, 'utf8'));
}
