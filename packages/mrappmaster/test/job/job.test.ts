/** A whole job: the happy path of mapreduce.md 2.11, the scenarios of 2.10, and what clients see of them. */
import { nodeId, parseTaskAttemptId, type NodeState, type TaskAttemptId, type TaskType } from '@bobbin/common';
import type { MRAppEvent } from '../../src/events.js';
import { JOB, MRApp, taskConf, type MRAppOptions } from '../support/mr-app.js';

const attemptOf = (attemptId: TaskAttemptId): number => parseTaskAttemptId(attemptId).attempt;
const started = async (options: MRAppOptions = {}): Promise<MRApp> => await new MRApp(options).run();

/** History records of attempts and tasks, as `type attempt`. */
const trace = (app: MRApp): string[] =>
  app.history.map((event) => ('attemptId' in event ? `${event.type} ${event.attemptId.slice(-10)}` : event.type));

describe('a job of one map and one reduce', () => {
  test('writes its history in the order of the happy path', async () => {
    const app = await started({ holdRequests: ['REDUCE'] });
    await app.assign('REDUCE');
    expect(trace(app)).toEqual([
      'JOB_SUBMITTED',
      'JOB_INITED',
      'JOB_INFO_CHANGED',
      'TASK_STARTED',
      'TASK_STARTED',
      'MAP_ATTEMPT_STARTED m_000000_0',
      'MAP_ATTEMPT_FINISHED m_000000_0',
      'TASK_FINISHED',
      'REDUCE_ATTEMPT_STARTED r_000000_0',
      'REDUCE_ATTEMPT_FINISHED r_000000_0',
      'TASK_FINISHED',
      'JOB_FINISHED',
    ]);
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.finished).toBe(1);
    expect(app.job.invalidEvents).toBe(0);
    expect(app.awaitingExit.size).toBe(0);
  });

  test("writes the records of Hadoop's own word count, in its order", async () => {
    const app = await started({ maps: 2, behaviour: () => 'hang' });
    for (const attemptId of [app.attemptId('MAP', 1), app.attemptId('MAP', 0), app.attemptId('REDUCE', 0)]) {
      app.succeed(attemptId);
      await app.settle();
    }
    const about = app.history.map((event) => {
      const id = 'attemptId' in event ? event.attemptId : 'taskId' in event ? event.taskId : '';
      return `${event.type} ${id.split('_').slice(3).join('_')}`.trim();
    });
    // Recorded of Hadoop 3.4.2 (two maps, one reduce), without what the AM itself writes. There the reduce is asked for later.
    const recorded = [
      'JOB_SUBMITTED',
      'JOB_INITED',
      'JOB_INFO_CHANGED',
      'TASK_STARTED m_000000',
      'TASK_STARTED m_000001',
      'TASK_STARTED r_000000',
      'MAP_ATTEMPT_STARTED m_000000_0',
      'MAP_ATTEMPT_STARTED m_000001_0',
      'MAP_ATTEMPT_FINISHED m_000001_0',
      'TASK_FINISHED m_000001',
      'MAP_ATTEMPT_FINISHED m_000000_0',
      'TASK_FINISHED m_000000',
      'REDUCE_ATTEMPT_STARTED r_000000_0',
      'REDUCE_ATTEMPT_FINISHED r_000000_0',
      'TASK_FINISHED r_000000',
      'JOB_FINISHED',
    ];
    const reduceStart = 'REDUCE_ATTEMPT_STARTED r_000000_0';
    expect(about.filter((line) => line !== reduceStart)).toEqual(recorded.filter((line) => line !== reduceStart));
    expect(about).toContain(reduceStart);
  });

  test('sends its events in the order of the happy path', async () => {
    const app = await started();
    const types = app.events.filter(({ domain }) => domain !== 'history' && domain !== 'speculator').map((e) => e.type);
    const order = (...wanted: MRAppEvent['type'][]): void => {
      let from = 0;
      for (const type of wanted) {
        from = types.indexOf(type, from) + 1;
        expect([type, from > 0]).toEqual([type, true]);
      }
    };
    order('JOB_START', 'JOB_SETUP', 'JOB_SETUP_COMPLETED', 'T_SCHEDULE', 'TA_SCHEDULE', 'CONTAINER_REQ', 'TA_ASSIGNED');
    order('TA_ASSIGNED', 'CONTAINER_REMOTE_LAUNCH', 'TA_CONTAINER_LAUNCHED', 'T_ATTEMPT_LAUNCHED');
    order('TA_DONE', 'T_ATTEMPT_SUCCEEDED', 'JOB_TASK_ATTEMPT_COMPLETED', 'JOB_TASK_COMPLETED');
    order(
      'TA_COMMIT_PENDING',
      'T_ATTEMPT_COMMIT_PENDING',
      'TA_DONE',
      'JOB_COMMIT',
      'JOB_COMMIT_COMPLETED',
      'STATE_CHANGED',
    );
  });

  test('hides its end from clients until the RM knows of it', async () => {
    const app = await started();
    expect(app.job.state).toBe('RUNNING');
    const version = app.job.version;
    app.unregistered = true;
    app.job.unmask();
    expect(app.job.state).toBe('SUCCEEDED');
    expect(app.job.version).toBeGreaterThan(version);
    expect(app.job.report()).toMatchObject({ state: 'SUCCEEDED', mapProgress: 1, reduceProgress: 1, mapsCompleted: 1 });
  });

  test('hands the child what it is to do', async () => {
    const app = await started();
    expect(app.tasks.get(app.attemptId('MAP', 0))).toMatchObject({
      type: 'MAP',
      partition: 0,
      numMaps: 1,
      numReduces: 1,
      amAttempt: 1,
      split: { path: '/in', start: 0, length: 10 },
    });
    expect(app.tasks.get(app.attemptId('REDUCE', 0))).toMatchObject({ type: 'REDUCE', partition: 0 });
  });

  test('adds up counters of tasks and its own', async () => {
    const app = await started({ maps: 3 });
    const counters = app.job.counters();
    expect(counters['app']).toEqual({ RECORDS: 40 });
    expect(counters['org.apache.hadoop.mapreduce.JobCounter']).toMatchObject({
      TOTAL_LAUNCHED_MAPS: 3,
      TOTAL_LAUNCHED_REDUCES: 1,
    });
    expect(app.history.at(-1)).toMatchObject({
      finishedMaps: 3,
      finishedReduces: 1,
      mapCounters: { app: { RECORDS: 30 } },
      reduceCounters: { app: { RECORDS: 10 } },
    });
  });
});

test('a job without tasks commits at once', async () => {
  const app = await started({ maps: 0, reduces: 0 });
  expect(app.job.internalState).toBe('SUCCEEDED');
});

test('the first attempt of a second AM has number 1000', async () => {
  const app = await started({ attemptNumber: 2, reduces: 0 });
  expect([...(app.job.attempt(app.attemptId('MAP', 0, 1000))?.diagnostics ?? ['missing'])]).toEqual([]);
});

test('each change a client could see makes a new version, and says so', async () => {
  const app = new MRApp({ maps: 2 });
  const versions: number[] = [];
  const stop = app.job.onChange(() => versions.push(app.job.version));
  await app.run();
  expect(versions.length).toBeGreaterThan(5);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  stop();
  const seen = versions.length;
  app.job.unmask();
  expect(versions.length).toBe(seen);
});

test('splits that cannot be read leave the job NEW with the reason; JOB_INIT_FAILED ends it', async () => {
  const app = new MRApp({ initFailure: 'line 3 of job.splits.jsonl is no split' });
  expect(app.job.internalState).toBe('NEW');
  app.dispatch({ domain: 'job', type: 'JOB_INIT_FAILED' });
  await app.settle();
  expect(app.job.internalState).toBe('FAILED');
  expect(app.job.diagnostics).toEqual(['Job init failed: line 3 of job.splits.jsonl is no split']);
  expect(app.historyTypes()).toEqual(['JOB_SUBMITTED', 'JOB_FAILED']);
});

describe('attempts that fail', () => {
  const failing =
    (type: TaskType, times: number) =>
    (attemptId: TaskAttemptId): 'fail' | 'succeed' =>
      attemptId.includes(type === 'MAP' ? '_m_' : '_r_') && attemptOf(attemptId) < times ? 'fail' : 'succeed';

  test.each<TaskType>(['MAP', 'REDUCE'])('three times are forgiven (%s)', async (type) => {
    const app = await started({ reduces: type === 'MAP' ? 0 : 1, behaviour: failing(type, 3) });
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.blamedNodes).toHaveLength(3);
    expect(trace(app).filter((line) => line.includes(`${type}_ATTEMPT_FAILED`))).toHaveLength(3);
  });

  test('retries ask for any node, at once', async () => {
    const app = await started({ behaviour: failing('MAP', 1) });
    const requests = app.events.filter((event) => event.type === 'CONTAINER_REQ');
    expect(requests.map((r) => [r.earlierAttemptFailed, r.hosts.length])).toEqual([
      [false, 1],
      [false, 0],
      [true, 0],
    ]);
  });

  test.each<TaskType>(['MAP', 'REDUCE'])('four times fail the job, which says why (%s)', async (type) => {
    const app = await started({ reduces: type === 'MAP' ? 0 : 1, behaviour: failing(type, 99) });
    expect(app.job.internalState).toBe('FAILED');
    const [failed] = app.job.diagnostics;
    const kind = type === 'MAP' ? 'm' : 'r';
    expect(failed).toBe(`Task failed task_1700000000000_0001_${kind}_000000`);
    expect(app.job.diagnostics[1]).toContain(`${kind}_000000_3 went wrong`);
    expect(app.job.diagnostics.join()).toContain(
      type === 'MAP' ? 'failedMaps:1 failedReduces:0' : 'failedMaps:0 failedReduces:1',
    );
    expect(app.history.at(-1)).toMatchObject({ type: 'JOB_FAILED', jobStatus: 'FAILED' });
  });

  test('once with fastFail fail the task at once', async () => {
    const app = await started({ reduces: 0, behaviour: () => 'failFast' });
    expect(app.job.internalState).toBe('FAILED');
    expect(app.historyTypes().filter((type) => type === 'MAP_ATTEMPT_STARTED')).toHaveLength(1);
  });

  test('by the end of their process count, without a task abort', async () => {
    const app = await started({ reduces: 0, behaviour: () => 'die' });
    expect(app.job.internalState).toBe('FAILED');
    expect(app.job.diagnostics.join()).toContain('Container exited with 137');
    expect(app.events.filter(({ type }) => type === 'TASK_ABORT')).toEqual([]);
  });

  test('are forgiven up to the percentage of the job', async () => {
    const app = await started({
      maps: 4,
      conf: { map: taskConf({ failuresMaxPercent: 25, maxAttempts: 1 }) },
      behaviour: (attemptId) => (attemptId.includes('m_000002') ? 'fail' : 'succeed'),
    });
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.history.at(-1)).toMatchObject({ finishedMaps: 3, failedMaps: 1 });
  });

  test('before they were launched leave a start and an end in history', async () => {
    const app = await started({ reduces: 0, holdRequests: ['MAP'] });
    const first = app.attemptId('MAP', 0);
    const request = app.requests[0];
    expect(request?.attemptId).toBe(first);
    app.requests.length = 0;
    const container = {
      id: 'container_1700000000000_0001_01_000009',
      nodeId: nodeId('h', 1),
      nodeHttpAddress: 'h:8042',
    };
    app.dispatch({
      domain: 'taskattempt',
      type: 'TA_ASSIGNED',
      attemptId: first,
      container: { ...container, resource: { memoryMb: 1, vcores: 1 } } as never,
    });
    app.dispatch({ domain: 'taskattempt', type: 'TA_CONTAINER_LAUNCH_FAILED', attemptId: first, diagnostics: 'no' });
    await app.dispatcher.drained();
    expect(trace(app).slice(-2)).toEqual(['MAP_ATTEMPT_STARTED m_000000_0', 'MAP_ATTEMPT_FAILED m_000000_0']);
  });
});

describe('kills', () => {
  test('(a) of a running job stop every attempt, abort, and end KILLED', async () => {
    const app = await started({ maps: 2, behaviour: () => 'hang' });
    app.dispatch({ domain: 'job', type: 'JOB_KILL' });
    await app.settle();
    expect(app.job.internalState).toBe('KILLED');
    expect(app.cleaned).toHaveLength(3);
    expect(app.events.filter(({ type }) => type === 'TASK_ABORT')).toHaveLength(3);
    expect(app.history.at(-1)).toMatchObject({ type: 'JOB_KILLED', killedMaps: 2, killedReduces: 1 });
    expect(app.job.diagnostics).toEqual(['Job received Kill while in RUNNING state']);
    expect(app.job.invalidEvents).toBe(0);
  });

  test('(a) of a job whose tasks still wait give the requests back', async () => {
    const app = await started({ maps: 2, holdRequests: ['MAP', 'REDUCE'] });
    app.dispatch({ domain: 'job', type: 'JOB_KILL' });
    await app.settle();
    expect(app.job.internalState).toBe('KILLED');
    expect(app.events.filter(({ type }) => type === 'CONTAINER_DEALLOCATE')).toHaveLength(3);
    const needs = app.events.filter((event) => event.type === 'TASK_CONTAINER_NEED_UPDATE');
    expect(needs.reduce((sum, event) => sum + event.delta, 0)).toBe(0);
  });

  test('(b) of an attempt do not count: the task tries again at normal priority', async () => {
    const app = await started({ reduces: 0, behaviour: (id) => (attemptOf(id) < 6 ? 'hang' : 'succeed') });
    for (let attempt = 0; attempt < 6; attempt++) {
      const attemptId = app.attemptId('MAP', 0, attempt);
      app.dispatch({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics: 'killed by alice' });
      await app.settle();
    }
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.events.filter((event) => event.type === 'CONTAINER_REQ').map((r) => r.earlierAttemptFailed)).toEqual(
      Array(7).fill(false),
    );
    expect(app.job.completionEvents(0, 99).map(({ status }) => status)).toEqual([
      ...Array<string>(6).fill('KILLED'),
      'SUCCEEDED',
    ]);
    expect(app.blamedNodes).toEqual([]);
  });

  test('(c) failing an attempt by hand counts', async () => {
    const app = await started({ reduces: 0, behaviour: () => 'hang' });
    for (let attempt = 0; attempt < 4; attempt++) {
      app.dispatch({
        domain: 'taskattempt',
        type: 'TA_FAILMSG_BY_CLIENT',
        attemptId: app.attemptId('MAP', 0, attempt),
      });
      await app.settle();
    }
    expect(app.job.internalState).toBe('FAILED');
    expect(app.job.completionEvents(0, 99).map(({ status }) => status)).toEqual([
      'FAILED',
      'FAILED',
      'FAILED',
      'TIPFAILED',
    ]);
  });

  test('during commit interrupt it', async () => {
    const app = new MRApp({ reduces: 0 });
    app.dispatch({ domain: 'job', type: 'JOB_START' });
    await app.dispatcher.drained();
    while (app.job.internalState !== 'COMMITTING') await app.deliver(app.open()[0] ?? '');
    app.dispatch({ domain: 'job', type: 'JOB_KILL' });
    await app.settle();
    expect(app.job.internalState).toBe('KILLED');
    expect(app.events.filter((event) => event.type === 'JOB_ABORT')).toHaveLength(1);
  });
});

test('a timed-out attempt is cleaned with its stacks and its output aborted', async () => {
  const app = await started({ reduces: 0, behaviour: (id) => (attemptOf(id) === 0 ? 'hang' : 'succeed') });
  const attemptId = app.attemptId('MAP', 0);
  app.dispatch({ domain: 'taskattempt', type: 'TA_TIMED_OUT', attemptId });
  await app.settle();
  expect(app.job.internalState).toBe('SUCCEEDED');
  expect(app.events.find((event) => event.type === 'CONTAINER_REMOTE_CLEANUP')).toMatchObject({ dumpThreads: true });
  expect(app.job.attempt(attemptId)?.state).toBe('FAILED');
});

test('a failing job waits for what it kills, but not for ever', async () => {
  const app = new MRApp({
    maps: 2,
    reduces: 0,
    conf: { map: taskConf({ maxAttempts: 1 }) },
    behaviour: (id) => (id.includes('m_000000') ? 'fail' : 'hang'),
  });
  app.dispatch({ domain: 'job', type: 'JOB_START' });
  await app.dispatcher.drained();
  const next = (): string => app.open().find((channel) => channel !== `nm ${app.attemptId('MAP', 1)}`) ?? '';
  for (let guard = 0; app.job.internalState !== 'FAIL_WAIT' && guard < 50; guard++) await app.deliver(next());
  expect(app.job.internalState).toBe('FAIL_WAIT');
  app.clock.advance(59_999);
  await app.dispatcher.drained();
  expect(app.job.internalState).toBe('FAIL_WAIT');
  app.clock.advance(1);
  await app.dispatcher.drained();
  expect(app.job.internalState).toBe('FAIL_ABORT');
  await app.settle();
  expect(app.job.internalState).toBe('FAILED');
  expect(app.job.invalidEvents).toBe(0);
});

describe('speculation', () => {
  const speculate = async (): Promise<MRApp> => {
    const app = await started({ reduces: 0, behaviour: () => 'hang' });
    const task = [...app.job.tasks()][0];
    if (task) app.dispatch({ domain: 'task', type: 'T_ADD_SPEC_ATTEMPT', taskId: task.id });
    return await app.settle();
  };

  test('lets the first to succeed win and kills the other', async () => {
    const app = await speculate();
    const rival = app.attemptId('MAP', 0, 1);
    app.succeed(rival);
    await app.settle();
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.history.find((event) => event.type === 'TASK_FINISHED')).toMatchObject({ successfulAttemptId: rival });
    expect(app.job.attempt(app.attemptId('MAP', 0, 0))?.diagnostics).toEqual([`Attempt ${rival} succeeded first`]);
    expect(app.job.attempt(rival)?.avataar).toBe('SPECULATIVE');
  });

  test('lets one commit: the first to ask', async () => {
    const app = await speculate();
    const [first, second] = [app.attemptId('MAP', 0, 0), app.attemptId('MAP', 0, 1)];
    app.child(second, { domain: 'taskattempt', type: 'TA_COMMIT_PENDING', attemptId: second });
    await app.settle();
    const task = [...app.job.tasks()][0];
    expect([task?.canCommit(first), task?.canCommit(second)]).toEqual([false, true]);
    app.child(first, { domain: 'taskattempt', type: 'TA_COMMIT_PENDING', attemptId: first });
    await app.settle();
    expect(app.job.attempt(first)?.state).toBe('KILLED');
  });

  test('gives the commit to the next when its holder fails', async () => {
    const app = await speculate();
    const [first, second] = [app.attemptId('MAP', 0, 0), app.attemptId('MAP', 0, 1)];
    app.child(second, { domain: 'taskattempt', type: 'TA_COMMIT_PENDING', attemptId: second });
    await app.settle();
    app.fail(second);
    await app.settle();
    app.child(first, { domain: 'taskattempt', type: 'TA_COMMIT_PENDING', attemptId: first });
    await app.settle();
    expect([...app.job.tasks()][0]?.canCommit(first)).toBe(true);
  });
});

describe('lost map output', () => {
  /** Two maps done, the reduce shuffles. */
  const shuffling = async (): Promise<MRApp> => {
    const app = await started({ maps: 2, behaviour: (id) => (id.includes('_r_') ? 'hang' : 'succeed') });
    app.status(app.attemptId('REDUCE', 0), { phase: 'SHUFFLE', progress: 0.1 });
    return await app.settle();
  };
  const report = async (app: MRApp, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      app.status(app.attemptId('REDUCE', 0), { phase: 'SHUFFLE', failedFetchTasks: [app.attemptId('MAP', 0)] });
      await app.settle();
    }
  };

  test('is believed at the third report, and counts as a failure of the map', async () => {
    const app = await shuffling();
    await report(app, 2);
    expect(app.job.succeededMaps).toBe(2);
    await report(app, 1);
    expect(app.job.attempt(app.attemptId('MAP', 0))?.state).toBe('FAILED');
    expect(app.job.attempt(app.attemptId('MAP', 0))?.diagnostics.join()).toContain('Too many fetch failures');
    expect(app.job.attempt(app.attemptId('MAP', 0, 1))?.state).toBe('SUCCEEDED');
    expect(app.job.mapCompletionEvents(0, 99).map(({ eventId, status }) => [eventId, status])).toEqual([
      [0, 'OBSOLETE'],
      [1, 'SUCCEEDED'],
      [2, 'FAILED'],
      [3, 'SUCCEEDED'],
    ]);
    app.child(app.attemptId('REDUCE', 0), {
      domain: 'taskattempt',
      type: 'TA_DONE',
      attemptId: app.attemptId('REDUCE', 0),
    });
    await app.settle();
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.history.at(-1)).toMatchObject({ finishedMaps: 2 });
  });

  const lose = (app: MRApp, state: NodeState): void =>
    app.dispatch({
      domain: 'job',
      type: 'JOB_UPDATED_NODES',
      nodes: [{ nodeId: nodeId('host0', 45454), state } as never],
    });

  test.each<NodeState>(['LOST', 'UNHEALTHY', 'DECOMMISSIONED'])(
    '(e) on a %s node is made again, elsewhere',
    async (state) => {
      const app = await shuffling();
      lose(app, state);
      await app.dispatcher.drained();
      expect(app.job.report().mapProgress).toBe(0.5);
      await app.settle();
      expect(app.job.attempt(app.attemptId('MAP', 0))?.state).toBe('KILLED');
      expect(app.job.succeededMaps).toBe(2);
      expect(app.blamedNodes).toEqual([]);
      expect(app.events.filter((event) => event.type === 'CONTAINER_REQ').at(-1)).toMatchObject({
        hosts: [],
        earlierAttemptFailed: true,
      });
      expect(app.job.mapCompletionEvents(0, 99).map(({ status }) => status)).toEqual([
        'OBSOLETE',
        'SUCCEEDED',
        'KILLED',
        'SUCCEEDED',
      ]);
    },
  );

  test('(e) on a node that is well again or drains stays', async () => {
    const app = await shuffling();
    lose(app, 'RUNNING');
    lose(app, 'DECOMMISSIONING');
    await app.settle();
    expect(app.job.attempt(app.attemptId('MAP', 0))?.state).toBe('SUCCEEDED');
  });

  test('(e) of a map-only job is the result: it stays', async () => {
    const app = await started({
      maps: 2,
      reduces: 0,
      behaviour: (id) => (id.includes('m_000001') ? 'hang' : 'succeed'),
    });
    lose(app, 'LOST');
    await app.settle();
    expect(app.job.attempt(app.attemptId('MAP', 0))?.state).toBe('SUCCEEDED');
  });

  test('does not keep a job from ending when all its reduces are done', async () => {
    const app = await started({
      maps: 2,
      behaviour: (id) => (id.includes('_r_') || attemptOf(id) > 0 ? 'hang' : 'succeed'),
    });
    lose(app, 'LOST');
    await app.settle();
    expect(app.job.succeededMaps).toBe(1);
    const reduce = app.attemptId('REDUCE', 0);
    app.succeed(reduce);
    await app.settle();
    expect(app.job.internalState).toBe('SUCCEEDED');
    expect(app.history.at(-1)).toMatchObject({ finishedMaps: 1, killedMaps: 1, finishedReduces: 1 });
    // What the reduces read was read once: two maps and a reduce of 10 records.
    expect(app.job.counters()['app']).toEqual({ RECORDS: 30 });
  });
});

test('map output made in the AM container has no address', async () => {
  const app = await started({ shufflePort: -1 });
  expect(app.job.mapCompletionEvents(0, 1)[0]?.mapOutputServerAddress).toBe('');
});

test("map output is fetched from the shuffle server of the map's node", async () => {
  const app = await started();
  expect(app.job.mapCompletionEvents(0, 1)).toEqual([
    {
      attemptId: app.attemptId('MAP', 0),
      eventId: 0,
      status: 'SUCCEEDED',
      mapOutputServerAddress: 'http://host0:13562',
      attemptRunTimeMs: 0,
    },
  ]);
});

test('an event nobody expects ends the job in ERROR, with the pair in its diagnostics', async () => {
  const app = await started({ behaviour: () => 'hang' });
  app.dispatch({ domain: 'taskattempt', type: 'TA_CLEANUP_DONE', attemptId: app.attemptId('MAP', 0) });
  await app.settle();
  expect(app.job.internalState).toBe('ERROR');
  expect(app.job.invalidEvents).toBe(1);
  expect(app.job.diagnostics.join()).toContain(
    `Invalid event TA_CLEANUP_DONE on TaskAttempt ${app.attemptId('MAP', 0)} in state RUNNING`,
  );
  expect(app.history.at(-1)).toMatchObject({ type: 'JOB_ERROR', jobId: JOB });
});

test('events for ids the job does not have are logged and change nothing', async () => {
  const app = await started();
  app.dispatch({ domain: 'taskattempt', type: 'TA_DONE', attemptId: app.attemptId('MAP', 77) });
  await app.settle();
  expect(app.log.at(-1)).toContain('which this job does not have');
  expect(app.job.internalState).toBe('SUCCEEDED');
});
