/** Settings that do not fit together are said at start, all at once. */
import { Configuration, ConfigurationError } from '@bobbin/common';
import { rmConf } from '../src/index.js';

const conf = (properties: Record<string, string>) => () => rmConf(Configuration.fromProperties(properties));

test('the defaults fit together', () => {
  expect(conf({})()).toMatchObject({
    amMaxAttempts: 2,
    recoveryEnabled: true,
    amBlacklistThreshold: 0,
    minimumAllocation: { memoryMb: 1024, vcores: 1 },
  });
});

test('every problem is named', () => {
  const bad = conf({
    'yarn.scheduler.minimum-allocation-mb': '9000',
    'yarn.scheduler.minimum-allocation-vcores': '5',
    'yarn.resourcemanager.scheduler.class': 'org.example.MyScheduler',
    'yarn.resourcemanager.am-rm-tokens.master-key-rolling-interval-secs': '60',
  });
  expect(bad).toThrow(ConfigurationError);
  expect(bad).toThrow(
    /minimum-allocation-mb is 9000.*minimum-allocation-vcores is 5.*'org\.example\.MyScheduler' is not known.*more than three times/s,
  );
});
