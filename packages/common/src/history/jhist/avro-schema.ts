/**
 * Avro schemas as far as `.jhist` files have them, with names resolved. Apache Avro specification 1.11: Schema Declaration,
 * Names. Hadoop: org.apache.avro.Schema. A file is read by the schema it carries, so that files of any Hadoop are understood.
 */

export type AvroType =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | { readonly kind: 'record'; readonly name: string; readonly fields: readonly AvroField[] };

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
}

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string'] as const;
type Primitive = (typeof PRIMITIVES)[number];

/** The type a schema declares. Throws a plain Error that names what it cannot be read by. */
export function parseAvroSchema(schema: unknown): AvroType {
  return new SchemaParser().parse(schema, '');
}

/** What a union calls this branch in Avro's JSON. */
export function branchName(type: AvroType): string {
  return type.kind === 'record' || type.kind === 'enum' ? type.name : type.kind;
}

class SchemaParser {
  private readonly named = new Map<string, AvroType>();

  parse(schema: unknown, namespace: string): AvroType {
    if (typeof schema === 'string') return this.reference(schema, namespace);
    if (Array.isArray(schema)) {
      return { kind: 'union', branches: schema.map((branch: unknown) => this.parse(branch, namespace)) };
    }
    if (typeof schema !== 'object' || schema === null) throw new Error(`${JSON.stringify(schema)} is no Avro schema`);
    const declared = schema as Readonly<Record<string, unknown>>;
    const { type } = declared;
    switch (type) {
      case 'record':
        return this.record(declared, namespace);
      case 'enum': {
        const { name } = this.nameOf(declared, namespace);
        return this.define({ kind: 'enum', name, symbols: listOf(declared, 'symbols').map(String) });
      }
      case 'array':
        return { kind: 'array', items: this.parse(declared['items'], namespace) };
      case 'map':
        return { kind: 'map', values: this.parse(declared['values'], namespace) };
      default:
        // A primitive with properties, such as {"type":"string","avro.java.string":"String"}.
        return this.parse(type, namespace);
    }
  }

  /** Known by its name before its fields are read, which may refer to it. */
  private record(declared: Readonly<Record<string, unknown>>, outer: string): AvroType {
    const { name, namespace } = this.nameOf(declared, outer);
    const fields: AvroField[] = [];
    const record = this.define({ kind: 'record', name, fields });
    for (const field of listOf(declared, 'fields')) {
      const { name: fieldName, type } = field as { readonly name?: unknown; readonly type?: unknown };
      fields.push({ name: String(fieldName), type: this.parse(type, namespace) });
    }
    return record;
  }

  private define(type: Extract<AvroType, { readonly name: string }>): AvroType {
    this.named.set(type.name, type);
    return type;
  }

  private reference(name: string, namespace: string): AvroType {
    const primitive = PRIMITIVES.find((known): known is Primitive => known === name);
    if (primitive) return { kind: primitive };
    const found = this.named.get(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`);
    if (!found) throw new Error(`the Avro schema names '${name}' before it says what that is`);
    return found;
  }

  private nameOf(declared: Readonly<Record<string, unknown>>, outer: string): { name: string; namespace: string } {
    const { name, namespace: own } = declared;
    if (typeof name !== 'string') throw new Error('a record or enum of the Avro schema has no name');
    if (name.includes('.')) return { name, namespace: name.slice(0, name.lastIndexOf('.')) };
    const namespace = typeof own === 'string' ? own : outer;
    return { name: namespace === '' ? name : `${namespace}.${name}`, namespace };
  }
}

function listOf(declared: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const list = declared[key];
  if (!Array.isArray(list)) throw new Error(`the Avro schema of '${String(declared['name'])}' has no ${key}`);
  return list;
}
