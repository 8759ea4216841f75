/** Tokens of the scripted cluster: their identifier is the name of what they stand for, and nobody checks them. */
import { toContainerId, type ContainerId, type Token } from '@bobbin/common';

export function scriptedToken(kind: string, name: string): Token {
  return { identifier: Buffer.from(name), password: new Uint8Array(), kind, service: '' };
}

/** The container that a scripted container token stands for. */
export function decodeScriptedToken({ identifier }: Token): ContainerId {
  return toContainerId(Buffer.from(identifier).toString());
}
