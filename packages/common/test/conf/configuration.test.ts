/** Configuration: typed reading, checks, expansion, precedence. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bobbinKeys,
  commonKeys,
  Configuration,
  ConfigurationError,
  describeConfiguration,
  mrAmKeys,
  mrKeys,
  nmKeys,
  rmKeys,
} from '../../src/index.js';
import { keysByName, keyTables } from '../../src/conf/tables.js';

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const from = (properties: Record<string, string>, environment: Record<string, string> = {}): Configuration =>
  Configuration.fromSettings(
    Object.entries(properties).map(([name, value]) => ({ name, value, source: 'a-site.xml' })),
    environment,
  );

describe('the tables', () => {
  test('every default is a value of its key', () => {
    const conf = from({});
    for (const key of keysByName.values()) expect(() => conf.get(key)).not.toThrow();
  });

  test('no key stands in two tables', () => {
    const names = keyTables.flatMap(({ keys }) => Object.values(keys).map((key) => key.name));
    expect(names).toHaveLength(new Set(names).size);
  });

  test('a key of ours starts with bobbin., every other is one of Hadoop', () => {
    for (const name of keysByName.keys()) expect(name).toMatch(/^(bobbin|yarn|mapreduce|hadoop|fs)\./);
  });

  test('docs/configuration.md is what the tables say (pnpm run docs)', () => {
    const file = join(__dirname, '../../../../docs/configuration.md');
    expect(readFileSync(file, 'utf8')).toBe(describeConfiguration());
  });
});

describe('get', () => {
  test('gives the default of a key that is not set, and what we chose instead of Hadoop', () => {
    const conf = from({});
    expect(conf.get(rmKeys.amMaxAttempts)).toBe(2);
    expect(conf.get(mrKeys.uberEnable)).toBe(true);
    expect(conf.get(nmKeys.vmemCheckEnabled)).toBe(false);
    expect(conf.get(mrKeys.numReduces)).toBeUndefined();
    expect(conf.isSet(rmKeys.amMaxAttempts)).toBe(false);
    expect(conf.sourceOf(rmKeys.amMaxAttempts)).toBe('default');
  });

  test.each([
    ['a whole number', rmKeys.amMaxAttempts, ' 7 ', 7],
    ['a hexadecimal number', mrKeys.ioSortMb, '0x20', 32],
    ['a boolean of any case', mrKeys.uberEnable, 'FALSE', false],
    ['a fraction', mrKeys.reduceSlowstartCompletedMaps, '.5', 0.5],
    ['a time in the unit of the key', nmKeys.logRetainMs, '2', 2000],
    ['a time with a unit of its own', nmKeys.logRetainMs, '3m', 180_000],
    ['a time below zero where that means never', rmKeys.connectMaxWaitMs, '-1', -1],
    ['a size with a suffix', mrKeys.localBlockBytes, '4M', 4 << 20],
    ['a list', nmKeys.auxServices, 'a, b ,,c', ['a', 'b', 'c']],
    ['paths as URLs', nmKeys.localDirs, 'file:///x/y,/z', ['/x/y', '/z']],
    ['a path as a URL', commonKeys.tmpDir, 'file:/tmp/a', '/tmp/a'],
    ['a word of any case', bobbinKeys.logLevel, 'DEBUG', 'debug'],
    ['an address', rmKeys.address, 'rm.example:1', { host: 'rm.example', port: 1 }],
    ['an address without a port', rmKeys.address, 'rm.example', { host: 'rm.example', port: 8032 }],
    ['an IPv6 address', rmKeys.address, '[::1]:99', { host: '::1', port: 99 }],
    ['a text with its blanks', mrKeys.textOutputSeparator, ' \t ', ' \t '],
  ])('reads %s', (_what, key, text, value) => {
    expect(from({ [key.name]: text }).get<unknown>(key)).toEqual(value);
  });

  test('gives any other key as its text', () => {
    const conf = from({ 'my.own': 'x ${yarn.resourcemanager.am.max-attempts}' });
    expect(conf.get('my.own')).toBe('x 2');
    expect(conf.get('nobody.set.this')).toBeUndefined();
    expect(conf.get('yarn.scheduler.minimum-allocation-mb')).toBe('1024');
  });

  test('takes a name of Hadoop 1 for what it is called now', () => {
    expect(from({ 'mapred.reduce.tasks': '5' }).get(mrKeys.numReduces)).toBe(5);
  });
});

describe('expansion', () => {
  test('follows other keys, their defaults, system properties and the environment', () => {
    const conf = from(
      {
        'hadoop.tmp.dir': '${env.BASE}/tmp',
        a: '${b}',
        b: '${env.NONE-unset}|${env.EMPTY:-empty}|${env.EMPTY-kept}|${unknown}|$x',
      },
      { BASE: '/data', EMPTY: '' },
    );
    expect(conf.get(nmKeys.localDirs)).toEqual(['/data/tmp/nm-local-dir']);
    expect(conf.get('a')).toBe('unset|empty||${unknown}|$x');
    expect(from({}).get(commonKeys.tmpDir)).toMatch(/^\/tmp\/hadoop-\w/);
  });

  test('a later value goes into earlier references', () => {
    const conf = from({}).with({ 'yarn.resourcemanager.hostname': 'rm.example' });
    expect(conf.get(rmKeys.webappAddress)).toEqual({ host: 'rm.example', port: 8088 });
  });

  test('values that refer to each other in a circle are a problem of each', () => {
    expect(problemsOf(() => from({ a: '${b}', b: '${a}' }))).toEqual([
      "a = '${b}' in a-site.xml: refers to itself in a circle",
      "b = '${a}' in a-site.xml: refers to itself in a circle",
    ]);
  });
});

describe('checks', () => {
  test('name key, value, source and what would be right, all at once', () => {
    const wrong = {
      'yarn.resourcemanager.am.max-attempts': '0',
      'mapreduce.job.ubertask.enable': 'yes',
      'mapreduce.job.reduce.slowstart.completedmaps': '5',
      'mapreduce.task.timeout': '10 minutes',
      'bobbin.fs.local.block-size': '1.5g',
      'yarn.resourcemanager.address': 'http://rm:1',
      'bobbin.log.level': 'loud',
      'bobbin.fs.local.blocksize': '1',
    };
    expect(problemsOf(() => from(wrong))).toEqual([
      "yarn.resourcemanager.am.max-attempts = '0' in a-site.xml: should be a whole number of at least 1",
      "mapreduce.job.ubertask.enable = 'yes' in a-site.xml: should be 'true' or 'false'",
      "mapreduce.job.reduce.slowstart.completedmaps = '5' in a-site.xml: should be a number from 0 to 1",
      "mapreduce.task.timeout = '10 minutes' in a-site.xml: should be a time such as '1500' (ms) or '10s', not negative",
      "bobbin.fs.local.block-size = '1.5g' in a-site.xml: should be a number of bytes such as '65536' or '64m', above 0",
      "yarn.resourcemanager.address = 'http://rm:1' in a-site.xml: should be 'host:port' such as 'rm.example:8032'",
      "bobbin.log.level = 'loud' in a-site.xml: should be one of 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'",
      "unknown key 'bobbin.fs.local.blocksize' in a-site.xml; the nearest known one is 'bobbin.fs.local.block-size'",
    ]);
  });

  test('a port above 65535 and an empty number are refused', () => {
    expect(problemsOf(() => from({ 'yarn.resourcemanager.address': 'rm:70000' }))).toHaveLength(1);
    expect(problemsOf(() => from({ 'yarn.resourcemanager.am.max-attempts': '' }))).toHaveLength(1);
  });
});

describe('toJSON', () => {
  test('carries what is set, expanded, and makes the same configuration again', () => {
    const conf = from({ x: '${env.HOME}/y', 'mapreduce.job.reduces': '3' }, { HOME: '/home/me' });
    expect(conf.toJSON()).toEqual({ 'mapreduce.job.reduces': '3', x: '/home/me/y' });
    expect(Configuration.fromProperties(conf.toJSON()).get(mrKeys.numReduces)).toBe(3);
  });

  test('writes times and sizes as plain numbers in the unit of the key', () => {
    const given = {
      'bobbin.fs.local.block-size': '4m',
      'mapreduce.job.ubertask.enable': 'FALSE',
      'mapreduce.task.io.sort.mb': '0x10',
      'mapreduce.task.timeout': '2s',
      'yarn.nodemanager.log.retain-seconds': ' 3m ',
    };
    expect(Object.values(from(given).toJSON())).toEqual(['4194304', 'false', '16', '2000', '180']);
  });

  test('keeps keys nobody knows, whatever they hold', () => {
    const name = fc.stringMatching(/^(my|hive|spark)\.[a-z.-]{1,20}$/);
    const value = fc.string().filter((text) => !text.includes('${'));
    fc.assert(
      fc.property(fc.dictionary(name, value), (properties) => {
        expect(Configuration.fromProperties(properties).toJSON()).toEqual({ ...properties });
      }),
    );
  });
});

test('with puts values on top and leaves the first as it was', () => {
  const first = from({ 'yarn.app.mapreduce.am.resource.mb': '512' });
  const second = first.with({ 'yarn.app.mapreduce.am.resource.mb': '256' }, '--memory');
  expect([first.get(mrAmKeys.resourceMb), second.get(mrAmKeys.resourceMb)]).toEqual([512, 256]);
  expect(second.sourceOf(mrAmKeys.resourceMb)).toBe('--memory');
  expect(() => first.with({ 'yarn.app.mapreduce.am.resource.mb': 'x' }, '--memory')).toThrow(
    "yarn.app.mapreduce.am.resource.mb = 'x' in --memory: should be a whole number of at least 1",
  );
});
