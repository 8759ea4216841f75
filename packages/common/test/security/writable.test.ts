/** Writable primitives and the credentials file, by Hadoop's bytes. */
import * as fc from 'fast-check';
import { decodeCredentials, encodeCredentials, findToken, type Credentials } from '../../src/index.js';
import { WritableReader, WritableWriter } from '../../src/security/writable.js';
import { bytes, text } from '../rpc/converters/arbitraries.js';

const hex = (s: string): Buffer => Buffer.from(s.replace(/\s/g, ''), 'hex');

test.each([
  [0, '00'],
  [127, '7f'],
  [-112, '90'],
  [128, '8f80'],
  [-113, '8770'],
  [256, '8e0100'],
  [-257, '860100'],
  [2 ** 40, '8a010000000000'],
])('the VInt of %d is %s', (value, expected) => {
  expect(new WritableWriter().vint(value).finish()).toEqual(hex(expected));
  expect(new WritableReader(hex(expected), 'test').vint()).toBe(value);
});

test('every safe integer comes back from its VInt', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (n) => {
      expect(new WritableReader(new WritableWriter().vint(n).finish(), 'test').vint()).toBe(n);
    }),
  );
});

test('an empty credentials file has seven bytes', () => {
  expect(encodeCredentials({ tokens: new Map(), secrets: new Map() })).toEqual(hex('48445453 00 00 00'));
});

test('one secret is written as Hadoop writes it', () => {
  const credentials = { tokens: new Map(), secrets: new Map([['my.secret', Buffer.from('hush')]]) };
  expect(encodeCredentials(credentials)).toEqual(hex('4844545300 00 01 09 6d792e736563726574 04 68757368'));
});

const token = fc.record({ identifier: bytes, password: bytes, kind: text, service: text });
const credentials: fc.Arbitrary<Credentials> = fc.record({
  tokens: fc.array(fc.tuple(text, token)).map((entries) => new Map(entries)),
  secrets: fc.array(fc.tuple(text, bytes)).map((entries) => new Map(entries)),
});

test.each([0, 1] as const)('credentials come back from version %d', (version) => {
  fc.assert(
    fc.property(credentials, (given) => {
      expect(decodeCredentials(encodeCredentials(given, version))).toEqual(given);
    }),
  );
});

test('a token is found by its kind', () => {
  const one = { identifier: Buffer.alloc(1), password: Buffer.alloc(1), kind: 'NMToken', service: 'n1:1' };
  const some: Credentials = { tokens: new Map([['x', one]]), secrets: new Map() };
  expect(findToken(some, 'NMToken')).toBe(one);
  expect(findToken(some, 'ContainerToken')).toBeUndefined();
});

test.each([
  ['other bytes', hex('00010203 00'), /does not begin with 'HDTS'/],
  ['a later version', hex('48445453 02'), /version 2; 0 and 1 are known/],
  ['a file cut short', hex('48445453 00 01 09 6d79'), /cut short: 9 bytes wanted at 7 of 9/],
  ['an endless length', hex('48445453 00 01 88 7fffffffffffffff'), /cut short/],
])('%s are refused', (_, file, message) => {
  expect(() => decodeCredentials(file)).toThrow(message);
});
