/** Words end at space, tab, newline, carriage return and form feed, and at nothing else. */
import fc from 'fast-check';
import { words } from '../../src/index.js';

test.each([
  ['', []],
  ['  ', []],
  ['one', ['one']],
  [' one  two\tthree\ffour\rfive\nsix ', ['one', 'two', 'three', 'four', 'five', 'six']],
  ['no\u00a0break\u000btab\ufeffmark', ['no\u00a0break\u000btab\ufeffmark']],
])('%j', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test('any line is cut as by a pattern of the five', () => {
  const line = fc.array(fc.constantFrom(' ', '\t', '\n', '\r', '\f', '\v', 'a', 'é', '\u2003'), { maxLength: 30 });
  fc.assert(
    fc.property(line, (characters) => {
      const text = characters.join('');
      expect(words(text)).toEqual(text.split(/[ \t\n\r\f]+/).filter((word) => word !== ''));
    }),
  );
});
