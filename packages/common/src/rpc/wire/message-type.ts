/**
 * MessageType: encodes and decodes one kind of message by a table of its fields. Hadoop: com.google.protobuf's generated
 * classes. The tables are in `generated/`, made from `proto/` by scripts/generate-protos.mjs. Rules (proto2): an absent field
 * stays absent and an explicit zero stays; a missing required field is refused both ways; what this version does not know
 * (a field, a value of an enum) is kept as bytes in `$unknown` and written again after the known fields.
 */
import { InvalidMessageError } from '../../errors.js';
import { MAX_DEPTH, WireReader } from './reader.js';
import { WireWriter } from './writer.js';

/** Base of every message. */
export interface Message {
  /** Fields that this version does not know, as they came: tags and values. */
  $unknown?: Uint8Array | undefined;
}

export type ScalarType =
  'int32' | 'uint32' | 'sint32' | 'int64' | 'uint64' | 'int64Text' | 'bool' | 'float' | 'double' | 'string' | 'bytes';

export type EnumType = Readonly<Record<string, number>>;

/** Codec of one kind of message. */
export interface MessageType<M extends Message> {
  /** Full name, as `hadoop.yarn.ContainerIdProto`. */
  readonly name: string;
  /** Throws InvalidMessageError for bytes that are no such message, naming the field that is missing. */
  decode(bytes: Uint8Array): M;
  /** Throws InvalidMessageError where a required field is missing. */
  encode(message: M): Buffer;
}

type AnyMessageType = Pick<MessageType<Message>, 'name' | 'decode'>;
type Label = 'required' | 'optional' | 'repeated';
type FieldType = ScalarType | EnumCodec | TableType<Message>;

export interface Field {
  readonly number: number;
  readonly name: string;
  readonly label: Label;
  readonly type: FieldType;
}

type Values = Record<string, unknown> & Message;

interface BoundField extends Field {
  readonly wireType: number;
  readonly tag: number;
  readonly read: (reader: WireReader, before: unknown) => unknown;
  readonly write: (writer: WireWriter, value: never) => void;
}

class EnumCodec<E extends EnumType = EnumType> {
  readonly names: ReadonlyMap<number, string>;
  constructor(
    readonly name: string,
    readonly numbers: E,
  ) {
    this.names = new Map(Object.entries(numbers).map(([text, number]) => [number, text]));
  }
}

const WIRE_TYPES: Readonly<Record<ScalarType, number>> = {
  int32: 0,
  uint32: 0,
  sint32: 0,
  int64: 0,
  uint64: 0,
  int64Text: 0,
  bool: 0,
  float: 5,
  double: 1,
  string: 2,
  bytes: 2,
};

/** Reads one value; undefined stands for a value of an enum that this version does not know. */
function bind(field: Field): BoundField {
  const { type, number } = field;
  const bound = (wireType: number, read: BoundField['read'], write: (writer: WireWriter, value: never) => void) => ({
    ...field,
    wireType,
    tag: (number << 3) | wireType,
    read,
    write,
  });
  if (typeof type === 'string') {
    return bound(
      WIRE_TYPES[type],
      (reader) => reader[type](),
      (writer, value) => writer[type](value),
    );
  }
  if (type instanceof EnumCodec) {
    return bound(
      0,
      (reader) => type.names.get(reader.int32()),
      (writer, value: string) => {
        const n = type.numbers[value];
        if (n === undefined) throw new InvalidMessageError(`'${value}' is no value of ${type.name}`);
        writer.int32(n);
      },
    );
  }
  return bound(
    2,
    (reader, before) => type.read(reader, reader.end(), before as Values | undefined),
    (writer, value: Values) => writer.measured(() => type.write(writer, value)),
  );
}

class TableType<M extends Message> implements MessageType<M> {
  private bound: readonly BoundField[] | undefined;
  private byNumber: ReadonlyMap<number, BoundField> = new Map();
  private required: readonly string[] = [];

  constructor(
    readonly name: string,
    private readonly table: () => readonly Field[],
  ) {}

  decode(bytes: Uint8Array): M {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      return this.read(new WireReader(buffer), buffer.length, undefined) as unknown as M;
    } catch (error) {
      if (!(error instanceof InvalidMessageError) || error.message.startsWith(this.name)) throw error;
      throw new InvalidMessageError(`${this.name} does not decode: ${error.message}`, error);
    }
  }

  encode(message: M): Buffer {
    const writer = new WireWriter();
    this.write(writer, message as unknown as Values);
    return writer.finish();
  }

  /** Reads fields up to `end` into a new message, or into one begun before (protobuf merges a field that comes twice). */
  read(reader: WireReader, end: number, before: Values | undefined): Values {
    this.fields();
    if (++reader.depth > MAX_DEPTH) throw new InvalidMessageError(`nested deeper than ${MAX_DEPTH}`);
    const message: Values = before ?? {};
    while (reader.pos < end) {
      const start = reader.pos;
      const tag = reader.uint32();
      const field = this.byNumber.get(tag >>> 3);
      if (field === undefined || !this.readField(reader, message, field, tag)) {
        if (tag >>> 3 === 0) throw new InvalidMessageError(`tag ${tag} at byte ${start} has field number 0`);
        reader.pos = start;
        reader.skip(reader.uint32());
        keepUnknown(message, reader.buffer.subarray(start, reader.pos));
      }
    }
    if (reader.pos !== end) throw new InvalidMessageError(`a field of ${this.name} goes beyond its end at byte ${end}`);
    reader.depth--;
    this.checkRequired(message);
    return message;
  }

  write(writer: WireWriter, message: Values): void {
    this.checkRequired(message);
    for (const field of this.fields()) {
      const value = message[field.name];
      if (value === undefined) continue;
      if (field.label !== 'repeated') {
        writer.uint32(field.tag);
        field.write(writer, value as never);
        continue;
      }
      for (const item of value as readonly never[]) {
        writer.uint32(field.tag);
        field.write(writer, item);
      }
    }
    if (message.$unknown !== undefined) writer.raw(message.$unknown);
  }

  /** False where the value must be kept as unknown. */
  private readField(reader: WireReader, message: Values, field: BoundField, tag: number): boolean {
    const { name } = field;
    if ((tag & 7) !== field.wireType) {
      return field.label === 'repeated' && (tag & 7) === 2 && this.readPacked(reader, message, field);
    }
    if (field.label === 'repeated') {
      const item = field.read(reader, undefined);
      if (item === undefined) return false;
      const items = message[name] as unknown[] | undefined;
      if (items === undefined) message[name] = [item];
      else items.push(item);
      return true;
    }
    const value = field.read(reader, message[name]);
    if (value === undefined) return false;
    message[name] = value;
    return true;
  }

  /** Nobody in Hadoop sends packed fields, but a reader must take them. */
  private readPacked(reader: WireReader, message: Values, field: BoundField): boolean {
    if (field.wireType === 2) return false;
    const end = reader.end();
    const items = (message[field.name] as unknown[] | undefined) ?? [];
    while (reader.pos < end) {
      const start = reader.pos;
      const item = field.read(reader, undefined);
      if (item !== undefined) {
        items.push(item);
      } else {
        const value = reader.buffer.subarray(start, reader.pos);
        const tag = new WireWriter();
        tag.uint32(field.tag);
        keepUnknown(message, Buffer.concat([tag.finish(), value]));
      }
    }
    if (items.length > 0) message[field.name] = items;
    return true;
  }

  private checkRequired(message: Values): void {
    this.fields();
    for (const name of this.required) {
      if (message[name] === undefined) {
        throw new InvalidMessageError(`${this.name}.${name} is required and missing`);
      }
    }
  }

  /** Built at first use: tables refer to each other in circles, and most are never used in one process. */
  private fields(): readonly BoundField[] {
    if (this.bound === undefined) {
      this.bound = this.table().map(bind);
      this.byNumber = new Map(this.bound.map((field) => [field.number, field]));
      this.required = this.bound.filter((field) => field.label === 'required').map((field) => field.name);
    }
    return this.bound;
  }
}

function keepUnknown(message: Values, bytes: Uint8Array): void {
  message.$unknown = message.$unknown === undefined ? Buffer.from(bytes) : Buffer.concat([message.$unknown, bytes]);
}

/** A kind of message; `table` lists its fields by number and is called at first use. For generated code. */
export function messageType<M extends Message>(name: string, table: () => readonly Field[]): MessageType<M> {
  return new TableType<M>(name, table);
}

/** An enum; values travel as their names. For generated code. */
export function enumType<E extends EnumType>(name: string, numbers: E): EnumCodec<E> {
  return new EnumCodec(name, numbers);
}

function field(label: Label) {
  return (number: number, name: string, type: ScalarType | EnumCodec | AnyMessageType): Field => {
    return { number, name, label, type: type as FieldType };
  };
}

export const required = field('required');
export const optional = field('optional');
export const repeated = field('repeated');
