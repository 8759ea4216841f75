/**
 * What the text of a configuration value may be. Hadoop: Configuration.getInt, getTimeDuration, getLongBytes and friends, except
 * that a text Hadoop would quietly replace by the default is a problem here. A codec is plain data, so that tables of keys cost
 * a process nothing until a key is read.
 */
export interface Codec<T> {
  /** Ends the sentence "should be ...". */
  readonly expects: string;
  /** Surrounding blanks are gone by then, unless `keepsBlanks`. `undefined`: not such a value. */
  parse(text: string): T | undefined;
  readonly keepsBlanks?: boolean;
  /** The value as the simplest text: no suffix, in the unit of the key. For those who read properties without a table. */
  plain?(value: T): string;
}

/** Where something listens: `host:port`. */
export interface Address {
  readonly host: string;
  /** 0 where the system may choose. */
  readonly port: number;
}

const parseNumber = (text: string, form: RegExp): number | undefined => (form.test(text) ? Number(text) : undefined);

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= min && value <= max ? value : undefined;
}

function span(what: string, min: number, max: number): string {
  if (max < Number.MAX_SAFE_INTEGER) return `${what} from ${min} to ${max}`;
  return min > Number.MIN_SAFE_INTEGER ? `${what} of at least ${min}` : what;
}

/** A whole number; hexadecimal with `0x` as Hadoop allows. */
export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Codec<number> {
  return {
    expects: span('a whole number', min, max),
    parse: (text) => within(parseNumber(text, /^(?:-?\d+|0x[0-9a-f]+)$/i), min, max),
    plain: String,
  };
}

/** A number, with a decimal point and an exponent if need be. */
export function decimal(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Codec<number> {
  return {
    expects: span('a number', min, max),
    parse: (text) => within(parseNumber(text, /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i), min, max),
  };
}

export const fraction: Codec<number> = decimal(0, 1);

export const bool: Codec<boolean> = {
  expects: "'true' or 'false'",
  parse: (text) => ({ true: true, false: false })[text.toLowerCase()],
  plain: String,
};

/** Any text, the empty one too, as it stands. */
export const text: Codec<string> = { expects: 'a text', parse: (value) => value, keepsBlanks: true };

/** A file or folder; a `file:` URL becomes a path. */
export const path: Codec<string> = {
  expects: "a path or a 'file:' URL",
  parse: (value) => (value === '' ? undefined : value.replace(/^file:\/*(?=\/)/, '')),
};

const trimmedItems = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Texts between commas; blanks around them do not count. */
export const list: Codec<readonly string[]> = { expects: 'texts separated by commas', parse: trimmedItems };

/** Paths between commas, at least one. */
export const paths: Codec<readonly string[]> = {
  expects: 'paths separated by commas',
  parse: (value) => {
    const items = trimmedItems(value).map((item) => path.parse(item) ?? item);
    return items.length > 0 ? items : undefined;
  },
};

/** One of a few words; their case does not count. */
export function oneOf<const W extends string>(...words: readonly W[]): Codec<W> {
  return {
    expects: `one of ${words.map((word) => `'${word}'`).join(', ')}`,
    parse: (value) => words.find((word) => word.toLowerCase() === value.toLowerCase()),
    plain: String,
  };
}

/** `host:port`, `[v6]:port`, or a bare host, which gets `defaultPort`. */
export function address(defaultPort: number): Codec<Address> {
  return {
    expects: `'host:port' such as 'rm.example:${defaultPort === 0 ? 8032 : defaultPort}'`,
    parse: (value) => {
      const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/i.exec(value);
      if (!match) return undefined;
      const port = match[3] === undefined ? defaultPort : Number(match[3]);
      return port > 65535 ? undefined : { host: match[1] ?? match[2] ?? '', port };
    },
  };
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function atLeast(min: number): string {
  if (min > 0) return ', above 0';
  return min === 0 ? ', not negative' : '';
}

const timeUnitsMs = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A span of time as milliseconds. A bare number counts in `unit`, as the key's Hadoop default says; the suffixes ns, us, ms,
 * s, m, h, d say otherwise. A negative number stays negative: for several keys -1 means never.
 */
export function duration(unit: keyof typeof timeUnitsMs, min = Number.MIN_SAFE_INTEGER): Codec<number> {
  return {
    expects: `a time such as '${unit === 'ms' ? '1500' : '90'}' (${unit}) or '10s'${atLeast(min)}`,
    parse: (value) => {
      const match = /^(-?\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h|d)?$/i.exec(value);
      if (!match) return undefined;
      const suffix = (match[2]?.toLowerCase() ?? unit) as keyof typeof timeUnitsMs;
      return within(Number(match[1]) * timeUnitsMs[suffix], min, Number.MAX_SAFE_INTEGER);
    },
    plain: (valueMs) => String(valueMs / timeUnitsMs[unit]),
  };
}

/** A number of bytes, with the binary suffixes k, m, g, t, p as Hadoop has them. */
export function bytes(min = Number.MIN_SAFE_INTEGER): Codec<number> {
  return {
    expects: `a number of bytes such as '65536' or '64m'${atLeast(min)}`,
    parse: (value) => {
      const match = /^(-?\d+)\s*([kmgtp])?$/i.exec(value);
      if (!match) return undefined;
      const power = match[2] === undefined ? 0 : 'kmgtp'.indexOf(match[2].toLowerCase()) + 1;
      return within(Number(match[1]) * 1024 ** power, min, Number.MAX_SAFE_INTEGER);
    },
    plain: String,
  };
}
