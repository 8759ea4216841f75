/** What a job file exports is checked before anything runs; each message says what would be right. */
import { defineJob, InvalidJobError, long, sum, text, validateJob } from '../../src/index.js';

const good = defineJob({ mapOutput: { key: text, value: long }, mapper: () => undefined, reducer: sum });

test('a job passes', () => {
  expect(validateJob(good)).toBe(good);
  expect(validateJob({ ...good, numReduceTasks: 0, reducer: undefined, mapOutput: undefined })).toBeDefined();
});

test.each([
  [undefined, /^job file has no default export; write: export default defineJob\(/],
  [42, /^job file exports 42 as default, not a job/],
  [{ mapper: () => undefined }, /exports an object as default, not a job/],
  [{ ...good, apiVersion: 9 }, /^job was made for version 9 of the job API, this release runs version 1$/],
  [{ ...good, mapper: undefined }, /^job has no mapper: add mapper\(line, \{ emit \}\) \{ \.\.\. \}$/],
  [{ ...good, mapper: 'x' }, /^job's mapper is "x"; it must be a function, or an object with a function 'map'$/],
  [{ ...good, reducer: undefined }, /^job has no reducer: .*defineMapJob/],
  [{ ...good, reducer: 5 }, /^job's reducer is 5; it must be a function/],
  [
    { ...good, mapOutput: undefined },
    /^job's mapOutput.key is undefined; it must be a codec such as text.*\njob's mapOutput.value/,
  ],
  [
    { ...good, mapOutput: { key: text, value: text } },
    /^job's reducer is sum, which needs numbers: mapOutput.value must be long or double$/,
  ],
  [{ ...good, combiner: 'x' }, /^job's combiner is "x"; it must be a function, or sum, min or max$/],
  [
    { ...good, partitioner: 1 },
    /^job's partitioner is 1; it must be a function \(key, partitions\) => number, or totalOrder$/,
  ],
  [{ ...good, numReduceTasks: -1 }, /^job's numReduceTasks is -1; it must be a whole number from 0 on$/],
  [{ ...good, input: {}, output: null }, /^job's input is an object; it must be textInput\(\)\njob's output is null/],
])('%#: %p is refused', (exported, message) => {
  expect(() => validateJob(exported)).toThrow(InvalidJobError);
  expect(() => validateJob(exported)).toThrow(message);
});
