/** Where a task's process learns where its AM is. */
import { EventEmitter } from 'node:events';
import { areToldByParent, TOLD_BY_PARENT, toldArguments } from '../../src/child/arguments.js';

test('host and port of a container stand in its command', () => {
  expect(areToldByParent(['am.host', '4711', 'container'])).toBe(false);
});

test('those of an uber job come over the channel, in the place of the marks', async () => {
  const args = [TOLD_BY_PARENT, TOLD_BY_PARENT, 'container'];
  expect(areToldByParent(args)).toBe(true);
  const channel = new EventEmitter();
  const told = toldArguments(args, channel);
  channel.emit('message', { amHost: 'am.host', amPort: 4711 });
  expect(await told).toEqual(['am.host', '4711', 'container']);
});
