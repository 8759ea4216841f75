/** Which jobs run in their AppMaster's container. */
import { Configuration, decideUber, taskResource, uberConf, type UberFacts } from '../../src/index.js';

const uber = { enabled: true, maxMaps: 9, maxReduces: 1, maxBytes: 1000, amMemoryMb: 1536, amVcores: 1 };
const task = (memoryMb: number, vcores = 1) => ({ resource: { memoryMb, vcores } });
const decide = (over: Partial<UberFacts>, maps = 2) =>
  decideUber({ uber, map: task(1024), reduce: task(1024), numReduces: 1, inputBytes: 100, ...over }, maps);

test('a small job does, unless it says otherwise', () => {
  expect(decide({})).toEqual({ isUber: true, reasons: [] });
  expect(decide({ uber: { ...uber, enabled: false } }).isUber).toBe(false);
});

test.each<[string, Partial<UberFacts>, number, string]>([
  ['maps', {}, 10, 'maps: 10, at most 9 would do'],
  ['reduces', { numReduces: 2 }, 1, 'reduces: 2, at most 1 would do'],
  ['input', { inputBytes: 1001 }, 1, 'bytes of input: 1001, at most 1000 would do'],
  ['memory', { map: task(2048) }, 1, 'memory of a task in MiB: 2048, at most 1536 would do'],
  ['cores', { reduce: task(1, 2) }, 1, 'virtual cores of a task: 2, at most 1 would do'],
])('not one that has too much of %s, and it is told', (_, over, maps, reason) => {
  expect(decide(over, maps)).toEqual({ isUber: false, reasons: [reason] });
});

test('a kind of task that it does not have does not count, nor memory where none is limited', () => {
  expect(decide({ numReduces: 0, reduce: task(9999, 9) }).isUber).toBe(true);
  expect(decide({ uber: { ...uber, amMemoryMb: undefined }, map: task(9999) }).isUber).toBe(true);
});

test('limits and containers come from the configuration', () => {
  const conf = Configuration.fromProperties({
    'mapreduce.map.memory.mb': '512',
    'mapreduce.job.ubertask.maxmaps': '3',
  });
  expect(taskResource(conf, 'MAP')).toEqual({ memoryMb: 512, vcores: 1 });
  expect(taskResource(conf, 'REDUCE')).toEqual({ memoryMb: 1024, vcores: 1 });
  expect(uberConf(conf)).toMatchObject({ enabled: true, maxMaps: 3, maxReduces: 1, amMemoryMb: 1536 });
});
