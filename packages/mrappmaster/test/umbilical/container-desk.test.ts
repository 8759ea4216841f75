/** Which task a container gets next, also when it carries many, is restarted, or asks twice. */
import { jobId, taskAttemptId, taskId, toApplicationId, toContainerId } from '@bobbin/common';
import type { RemoteTask } from '../../src/app-context.js';
import { ContainerDesk } from '../../src/umbilical/container-desk.js';

const job = jobId(toApplicationId('application_1700000000000_0001'));
const c = toContainerId('container_1700000000000_0001_01_000002');
const map = (n: number): RemoteTask => ({
  type: 'MAP',
  jobId: job,
  attemptId: taskAttemptId(taskId(job, 'MAP', n), 0),
  partition: n,
  numMaps: 3,
  numReduces: 1,
  amAttempt: 1,
  split: { path: '/in/a', start: 0, length: 1, hosts: [] },
});
const [a, b] = [map(0), map(1)];

function deskWith(...launched: RemoteTask[]): ContainerDesk {
  const desk = new ContainerDesk();
  for (const task of launched) {
    desk.assign(c, task);
    desk.launched(c, task.attemptId);
  }
  return desk;
}

test('a task waits until its launch is confirmed', () => {
  const desk = new ContainerDesk();
  desk.assign(c, a);
  expect(desk.next(c, 1)).toBeUndefined();
  desk.launched(c, a.attemptId);
  expect(desk.next(c, 1)).toBe(a);
});

test('a container nobody knows is told to die', () => {
  expect(deskWith().next(c, 1)).toBe('DIE');
});

test('a process that asks again before its task ended gets the same task again', () => {
  const desk = deskWith(a, b);
  expect([desk.next(c, 1), desk.next(c, 1)]).toEqual([a, a]);
});

test('a new process in the same container does not get the task of the dead one', () => {
  const desk = deskWith(a, b);
  desk.next(c, 1);
  expect(desk.next(c, 2)).toBe(b);
});

test('tasks of one container are handed out in the order of their launch, each after the last ended', () => {
  const desk = deskWith(b, a);
  expect(desk.next(c, 1)).toBe(b);
  desk.ended(c, b.attemptId);
  desk.forget(c, b.attemptId);
  expect(desk.collectEnded(c)).toBe(b.attemptId);
  expect(desk.collectEnded(c)).toBeUndefined();
  expect(desk.next(c, 1)).toBe(a);
});

test('a container between two tasks waits, and gets what is assigned then', () => {
  const desk = deskWith(a);
  desk.next(c, 1);
  desk.ended(c, a.attemptId);
  desk.forget(c, a.attemptId);
  desk.collectEnded(c);
  expect(desk.next(c, 1)).toBeUndefined();
  desk.assign(c, b);
  desk.launched(c, b.attemptId);
  expect(desk.next(c, 1)).toBe(b);
});

test('a dismissed container between two tasks is told to die, and forgotten', () => {
  const desk = deskWith(a);
  desk.next(c, 1);
  desk.ended(c, a.attemptId);
  desk.collectEnded(c);
  desk.dismiss(c);
  expect(desk.next(c, 1)).toBe('DIE');
  expect(desk.size).toBe(0);
});

test('an attempt that is forgotten before it was handed out is not handed out', () => {
  const desk = deskWith(a);
  desk.forget(c, a.attemptId);
  expect(desk.next(c, 1)).toBe('DIE');
});

test('a launch of what was never assigned is told apart', () => {
  expect(new ContainerDesk().launched(c, a.attemptId)).toBe(false);
});
