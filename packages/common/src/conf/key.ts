/**
 * A configuration key as the tables of this folder list it: Hadoop's name, its type, its default as text, and one sentence.
 * Hadoop: the constants of YarnConfiguration, MRJobConfig and the *-default.xml files in one. The name a key has in code says
 * the unit of what `Configuration.get` returns.
 */
import type { Codec } from './codec.js';

export interface ConfKey<T> {
  readonly name: string;
  readonly codec: Codec<unknown>;
  /** As a file would have it, `${...}` included; absent where the key has none. */
  readonly defaultText?: string;
  readonly doc: string;
  /** Hadoop's default, where we chose another (DESIGN D8), and in `doc` the reason. */
  readonly hadoopDefault?: string;
  /** Never set; carries the type of the value. */
  readonly _type?: T;
}

interface Extra {
  readonly hadoopDefault?: string;
}

/** A key with a default. */
export function key<T>(name: string, codec: Codec<T>, defaultText: string, doc: string, extra: Extra = {}): ConfKey<T> {
  return { name, codec, defaultText, doc, ...extra };
}

/** A key that may be absent: `get` then gives `undefined`. */
export function optionalKey<T>(name: string, codec: Codec<T>, doc: string): ConfKey<T | undefined> {
  return { name, codec, doc };
}

/** The value a key stands for. */
export type ValueOf<K> = K extends ConfKey<infer T> ? T : never;
