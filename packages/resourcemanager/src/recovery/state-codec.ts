/**
 * Bytes of the rows of the state store: JSON, in which byte arrays stand as `{"$bytes": base64}` and a submission context as YARN's own
 * message, so that fields this release does not know are kept.
 */
import { decodeSubmissionContext, encodeSubmissionContext, type ApplicationSubmissionContext } from '@bobbin/common';
import type { ApplicationStateData } from './rm-state-store.js';

interface WrappedBytes {
  readonly $bytes: string;
}

/** `undefined` members are left out. */
export function encodeRow(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, member: unknown) {
    // The member as it was, before a Buffer's own toJSON.
    const raw = this[key];
    return raw instanceof Uint8Array ? wrap(raw) : member;
  });
}

export function decodeRow(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'), (_key, member: unknown) =>
    isWrapped(member) ? Buffer.from(member.$bytes, 'base64') : member,
  );
}

export function encodeApplication(application: ApplicationStateData): string {
  const { context, ...rest } = application;
  return encodeRow({ ...rest, context: wrap(encodeSubmissionContext(context)) });
}

export function decodeApplication(bytes: Buffer): ApplicationStateData {
  const { context, ...rest } = decodeRow(bytes) as Omit<ApplicationStateData, 'context'> & { context: Buffer };
  const decoded: ApplicationSubmissionContext = decodeSubmissionContext(context);
  return { ...rest, context: decoded };
}

function wrap(bytes: Uint8Array): WrappedBytes {
  return { $bytes: Buffer.from(bytes).toString('base64') };
}

function isWrapped(value: unknown): value is WrappedBytes {
  return typeof value === 'object' && value !== null && typeof (value as Partial<WrappedBytes>).$bytes === 'string';
}
