/**
 * Avro's binary encoding, to and from the values of its JSON encoding: a union's value is null or `{branch: value}`, an enum's
 * is its symbol. Apache Avro specification 1.11: Binary Encoding. Hadoop: BinaryDecoder, BinaryEncoder. Longs are numbers:
 * exact up to 2^53, which times in milliseconds and counters stay below.
 */
import { branchName, type AvroType } from './avro-schema.js';

/** A value as Avro's JSON encoding has it. */
export type AvroDatum =
  null | boolean | number | string | readonly AvroDatum[] | { readonly [name: string]: AvroDatum };

/** Reads values one after another. Every method throws a plain Error where the bytes end or cannot be such a value. */
export class AvroBinaryDecoder {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Bytes read so far. */
  get position(): number {
    return this.at;
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  read(type: AvroType): AvroDatum {
    switch (type.kind) {
      case 'null':
        return null;
      case 'boolean':
        return this.bytes.readUInt8(this.advance(1)) === 1;
      case 'int':
      case 'long':
        return this.long();
      case 'float':
        return this.bytes.readFloatLE(this.advance(4));
      case 'double':
        return this.bytes.readDoubleLE(this.advance(8));
      case 'string':
        return this.string();
      case 'enum':
        return pick(type.symbols, this.long(), `symbol of ${type.name}`);
      case 'array':
        return this.blocks(() => this.read(type.items));
      case 'map':
        return Object.fromEntries(this.blocks(() => [this.string(), this.read(type.values)] as const));
      case 'union': {
        const branch = pick(type.branches, this.long(), 'branch of a union');
        return branch.kind === 'null' ? null : { [branchName(branch)]: this.read(branch) };
      }
      case 'record':
        return Object.fromEntries(type.fields.map((field) => [field.name, this.read(field.type)]));
    }
  }

  /** Items in counted blocks up to an empty one; a negative count is followed by the block's size in bytes. */
  private blocks<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let count = this.long(); count !== 0; count = this.long()) {
      if (count < 0) this.long();
      for (let i = Math.abs(count); i > 0; i--) items.push(item());
    }
    return items;
  }

  private string(): string {
    const start = this.advance(this.long());
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Zigzag in groups of seven bits, the lowest first. */
  private long(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.advance(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
    throw new Error(`no number stands at byte ${this.at}`);
  }

  /** The place before `count` bytes, which are then behind. */
  private advance(count: number): number {
    const start = this.at;
    if (count < 0 || start + count > this.bytes.length) throw new Error('the last event is incomplete');
    this.at = start + count;
    return start;
  }
}

/** The bytes of one value. Throws a plain Error where the value is not of the type. */
export function encodeAvro(type: AvroType, datum: AvroDatum): Buffer {
  const parts: Buffer[] = [];
  write(type, datum, parts);
  return Buffer.concat(parts);
}

function write(type: AvroType, datum: AvroDatum, parts: Buffer[]): void {
  switch (type.kind) {
    case 'null':
      return;
    case 'boolean':
      parts.push(Buffer.from([datum === true ? 1 : 0]));
      return;
    case 'int':
    case 'long':
      parts.push(zigzag(Number(datum)));
      return;
    case 'float':
    case 'double': {
      const bytes = Buffer.alloc(type.kind === 'float' ? 4 : 8);
      if (type.kind === 'float') bytes.writeFloatLE(Number(datum));
      else bytes.writeDoubleLE(Number(datum));
      parts.push(bytes);
      return;
    }
    case 'string':
      return writeString(typeof datum === 'string' ? datum : '', parts);
    case 'enum':
      parts.push(zigzag(placeOf(type.symbols, (symbol) => symbol === datum, `${type.name} has no symbol`, datum)));
      return;
    case 'array': {
      const items = Array.isArray(datum) ? (datum as readonly AvroDatum[]) : [];
      if (items.length > 0) parts.push(zigzag(items.length));
      for (const item of items) write(type.items, item, parts);
      parts.push(zigzag(0));
      return;
    }
    case 'map': {
      const entries = Object.entries(fieldsOf(datum));
      if (entries.length > 0) parts.push(zigzag(entries.length));
      for (const [key, value] of entries) {
        writeString(key, parts);
        write(type.values, value, parts);
      }
      parts.push(zigzag(0));
      return;
    }
    case 'union': {
      const [name, value] = datum === null ? ['null', null] : (Object.entries(fieldsOf(datum))[0] ?? ['', null]);
      const place = placeOf(type.branches, (branch) => branchName(branch) === name, 'a union has no branch', name);
      parts.push(zigzag(place));
      const branch = type.branches[place];
      if (branch) write(branch, value, parts);
      return;
    }
    case 'record': {
      const values = fieldsOf(datum);
      for (const field of type.fields) {
        const value = values[field.name];
        if (value === undefined) throw new Error(`a ${type.name} lacks '${field.name}'`);
        write(field.type, value, parts);
      }
      return;
    }
  }
}

function writeString(text: string, parts: Buffer[]): void {
  const bytes = Buffer.from(text);
  parts.push(zigzag(bytes.length), bytes);
}

function zigzag(value: number): Buffer {
  const long = BigInt(Math.round(value));
  let rest = BigInt.asUintN(64, (long << 1n) ^ (long >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function fieldsOf(datum: AvroDatum): Readonly<Record<string, AvroDatum>> {
  return typeof datum === 'object' && datum !== null && !Array.isArray(datum)
    ? (datum as Readonly<Record<string, AvroDatum>>)
    : {};
}

function pick<T>(list: readonly T[], index: number, what: string): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no ${what} number ${index}`);
  return found;
}

function placeOf<T>(list: readonly T[], is: (item: T) => boolean, what: string, value: unknown): number {
  const place = list.findIndex(is);
  if (place < 0) throw new Error(`${what} '${String(value)}'`);
  return place;
}
