/**
 * Random lives of a job. Answers of allocator, launcher, committer and children come in any order (each channel keeps its own),
 * while clients kill and fail things, nodes are lost, tasks time out, containers die, reduces cannot fetch, and children repeat
 * themselves.
 */
import { nodeId, type TaskAttemptId, type TaskType } from '@bobbin/common';
import fc from 'fast-check';
import type { TaskAttempt } from '../../src/job/taskattempt/task-attempt.js';
import { MRApp, taskConf, typeOf, type Behaviour } from './mr-app.js';

const BEHAVIOURS: readonly Behaviour[] = ['succeed', 'succeed', 'succeed', 'succeed', 'fail', 'die', 'hang'];
/** Of every task in a scenario. */
export const MAX_ATTEMPTS = 3;

/** A job, how its attempts behave, and what happens meanwhile. */
export interface Scenario {
  readonly maps: number;
  readonly reduces: number;
  readonly failuresMaxPercent: number;
  readonly seed: number;
  readonly steps: readonly (readonly [disturb: boolean, what: number, which: number])[];
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  maps: fc.integer({ min: 0, max: 3 }),
  reduces: fc.integer({ min: 0, max: 2 }),
  failuresMaxPercent: fc.constantFrom(0, 50),
  seed: fc.nat(),
  steps: fc.array(fc.tuple(fc.boolean(), fc.nat(1000), fc.nat(1000)), { minLength: 20, maxLength: 150, size: 'max' }),
});

const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)];

function attempts(app: MRApp, type?: TaskType): TaskAttempt[] {
  return [...app.job.tasks(type)].flatMap((task) => [...task.attempts.values()]);
}

const domain = 'taskattempt';
const WATCHED = new Set(['RUNNING', 'COMMIT_PENDING', 'SUCCESS_FINISHING_CONTAINER', 'FAIL_FINISHING_CONTAINER']);

/** One thing that goes wrong, or that somebody wants. */
const disturbances: readonly ((app: MRApp, which: number) => void)[] = [
  (app, which) => {
    if (which % 8 === 0) app.dispatch({ domain: 'job', type: 'JOB_KILL' });
  },
  (app, which) => {
    const task = pick([...app.job.tasks()], which);
    if (task) app.dispatch({ domain: 'task', type: 'T_KILL', taskId: task.id });
  },
  (app, which) => {
    const attemptId = pick(attempts(app), which)?.id;
    if (attemptId)
      app.dispatch({ domain, type: 'TA_KILL', attemptId, diagnostics: 'by alice', reschedule: which % 2 === 0 });
  },
  (app, which) => {
    const attemptId = pick(attempts(app), which)?.id;
    if (attemptId) app.dispatch({ domain, type: 'TA_FAILMSG_BY_CLIENT', attemptId });
  },
  (app, which) => {
    const attemptId = pick(
      attempts(app).filter((a) => WATCHED.has(a.internalState)),
      which,
    )?.id;
    if (attemptId) app.later(`watch ${attemptId}`, { domain, type: 'TA_TIMED_OUT', attemptId });
  },
  (app, which) => {
    const attemptId = pick(
      attempts(app).filter((a) => a.containerId !== undefined),
      which,
    )?.id;
    if (attemptId) app.later('rm', { domain, type: 'TA_CONTAINER_COMPLETED', attemptId });
  },
  (app, which) => {
    const lost = nodeId(`host${which % 3}`, 45454);
    app.later('rm', { domain: 'job', type: 'JOB_UPDATED_NODES', nodes: [{ nodeId: lost, state: 'LOST' } as never] });
    for (const { id, nodeId: node, isFinished } of attempts(app)) {
      if (node !== lost || isFinished) continue;
      app.later('rm', {
        domain,
        type: 'TA_KILL',
        attemptId: id,
        diagnostics: 'node lost',
        reschedule: typeOf(id) === 'MAP',
      });
    }
  },
  (app, which) => {
    const reduce = pick(
      attempts(app, 'REDUCE').filter((a) => a.internalState === 'RUNNING'),
      which,
    );
    const map = pick(
      app.job.mapCompletionEvents(0, 99).filter((event) => event.status === 'SUCCEEDED'),
      which,
    );
    if (reduce && map) app.status(reduce.id, { phase: 'SHUFFLE', failedFetchTasks: [map.attemptId] });
  },
  (app, which) => {
    const task = pick(
      [...app.job.tasks()].filter((t) => t.state === 'RUNNING'),
      which,
    );
    if (task) app.later('speculator', { domain: 'task', type: 'T_ADD_SPEC_ATTEMPT', taskId: task.id });
  },
  (app, which) => {
    const attemptId = pick(
      attempts(app).filter((a) => a.launchTimeMs > 0 && a.isFinished),
      which,
    )?.id;
    if (attemptId) app.child(attemptId, { domain, type: 'TA_DONE', attemptId });
  },
];

/** Everything still open is delivered, whoever hangs is timed out, and FAIL_WAIT is waited for. */
export async function drain(app: MRApp): Promise<void> {
  for (let round = 0; round < 200; round++) {
    await app.settle();
    if (app.job.isFinished) return;
    for (const { id: attemptId, internalState } of attempts(app)) {
      if (WATCHED.has(internalState)) app.dispatch({ domain, type: 'TA_TIMED_OUT', attemptId });
    }
    app.clock.advance(10_000);
  }
}

/** The job after all steps of its scenario: over, or somewhere in its life. */
export async function play({ maps, reduces, failuresMaxPercent, seed, steps }: Scenario): Promise<MRApp> {
  const kind = taskConf({ maxAttempts: MAX_ATTEMPTS, failuresMaxPercent });
  const behaviour = (attemptId: TaskAttemptId): Behaviour => {
    const mixed = [...attemptId].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 1_000_003, seed % 1_000_003);
    return BEHAVIOURS[mixed % BEHAVIOURS.length] ?? 'succeed';
  };
  const app = new MRApp({
    maps,
    reduces,
    conf: { map: kind, reduce: kind, maxFetchFailureNotifications: 1 },
    behaviour,
  });
  app.dispatch({ domain: 'job', type: 'JOB_START' });
  await app.dispatcher.drained();
  for (const [disturb, what, which] of steps) {
    if (disturb) pick(disturbances, what)?.(app, which);
    const channel = pick(app.open(), which);
    if (channel === undefined) await app.dispatcher.drained();
    else await app.deliver(channel);
  }
  return app;
}
