/** CompositeService: starts in order, stops in reverse, and stops what had started when a later one fails. */
import { CompositeService, type Service } from '../../src/index.js';

function stand(): { log: string[]; service: (name: string, fails?: 'start' | 'stop') => Service } {
  const log: string[] = [];
  const service = (name: string, fails?: 'start' | 'stop'): Service => ({
    name,
    start: async () => {
      if (fails === 'start') throw new Error(`${name} cannot start`);
      log.push(`start ${name}`);
    },
    stop: () => {
      log.push(`stop ${name}`);
      if (fails === 'stop') throw new Error(`${name} cannot stop`);
    },
  });
  return { log, service };
}

test('children start in order and stop in reverse', async () => {
  const { log, service } = stand();
  const composite = new CompositeService('rm', [service('a'), service('b'), service('c')]);
  await composite.start();
  await composite.stop();
  expect(log).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
});

test('when a child cannot start, those before it are stopped and the error comes through', async () => {
  const { log, service } = stand();
  const composite = new CompositeService('rm', [service('a'), service('b', 'start'), service('c')]);
  await expect(composite.start()).rejects.toThrow('b cannot start');
  expect(log).toEqual(['start a', 'stop a']);
  await expect(composite.start()).rejects.toThrow('b cannot start');
  await composite.stop();
  expect(log).toEqual(['start a', 'stop a', 'start a', 'stop a']);
});

test('a child that cannot stop does not keep the others running, and is told of', async () => {
  const { log, service } = stand();
  const told: string[] = [];
  const composite = new CompositeService('rm', [service('a'), service('b', 'stop')], (name) => void told.push(name));
  await composite.start();
  await composite.stop();
  expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  expect(told).toEqual(['b']);
});

test('starting twice is an error; stopping twice, before a start, or to start again, is fine', async () => {
  const { log, service } = stand();
  const composite = new CompositeService('rm', [service('a')]);
  await composite.stop();
  await composite.start();
  await expect(composite.start()).rejects.toThrow("service 'rm' is started already");
  await composite.stop();
  await composite.stop();
  await composite.start();
  expect(log).toEqual(['start a', 'stop a', 'start a']);
});

test('a stop while a child is starting waits for it and leaves nothing running', async () => {
  const { log, service } = stand();
  let letStart = (): void => undefined;
  const slow: Service = {
    name: 'slow',
    start: () => new Promise((resolve) => (letStart = resolve)),
    stop: () => void log.push('stop slow'),
  };
  const composite = new CompositeService('rm', [service('a'), slow, service('c')]);
  const starting = composite.start();
  await Promise.resolve();
  await Promise.resolve();
  const stopping = composite.stop();
  letStart();
  await Promise.all([starting, stopping]);
  expect(log).toEqual(['start a', 'stop slow', 'stop a']);
});
