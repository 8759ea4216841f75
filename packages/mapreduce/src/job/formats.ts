/**
 * What a job reads and writes, as descriptions: the runtime has the readers and writers. Descriptions are plain data because
 * the job file is bundled with a copy of this module of its own. Hadoop: InputFormat and OutputFormat with TextInputFormat,
 * TextOutputFormat.
 */
declare const record: unique symbol;
declare const output: unique symbol;

/** A source of records of type R. */
export interface InputFormat<R> {
  readonly kind: 'text-input';
  readonly [record]?: R;
}

/** A sink of key and value pairs. */
export interface OutputFormat<K, V> {
  readonly kind: 'text-output';
  readonly separator: string;
  readonly [output]?: (key: K, value: V) => void;
}

/** What text output can write. Bytes are written as they are; null and undefined are left out with their separator. */
export type Printable = string | number | bigint | boolean | Uint8Array | null | undefined;

/** Lines of text files, without their ends (`\n`, `\r` or `\r\n`). Files may be in any encoding; see the `text` codec. */
export function textInput(): InputFormat<string> {
  return { kind: 'text-input' };
}

/** Lines of key, separator, value. Default separator: a tab. */
export function textOutput(options: { readonly separator?: string } = {}): OutputFormat<Printable, Printable> {
  return { kind: 'text-output', separator: options.separator ?? '\t' };
}
