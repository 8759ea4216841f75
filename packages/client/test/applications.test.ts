/** Waiting for an application: held where the RM holds, asked again where it does not. */
import { Configuration } from '@bobbin/common';
import { awaitStateChange, isTerminal, killApplication } from '../src/index.js';
import { anApplication, app, fakeRM, ImpatientClock } from './support/fakes.js';

const conf = Configuration.fromProperties({});

test('an RM that answers early with nothing new is asked again after the poll interval', async () => {
  const clock = new ImpatientClock();
  const rm = fakeRM([anApplication(), anApplication(), anApplication({ state: 'RUNNING' })]);
  const begin = clock.now();
  const report = await awaitStateChange({ rm, conf, clock }, app, 'ACCEPTED');
  expect(report.state).toBe('RUNNING');
  expect(clock.now() - begin).toBe(400);
});

test('a terminal state is told even where it is the known one', async () => {
  const rm = fakeRM([anApplication({ state: 'KILLED' })]);
  expect((await awaitStateChange({ rm, conf, clock: new ImpatientClock() }, app, 'KILLED')).state).toBe('KILLED');
});

test('a kill is repeated until it is complete', async () => {
  const rm = fakeRM([], 3);
  await killApplication({ rm, conf, clock: new ImpatientClock() }, app, 'why');
  expect(rm.calls).toEqual(Array(3).fill('forceKillApplication why'));
});

test('FINISHED, FAILED and KILLED are the terminal states', () => {
  expect((['NEW', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const).filter(isTerminal)).toEqual([
    'FINISHED',
    'FAILED',
    'KILLED',
  ]);
});
