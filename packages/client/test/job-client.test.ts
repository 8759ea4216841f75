/** JobClient: a job is found at the RM, at its AppMaster, and at the RM again, wherever it is; a kill ends it in the end. */
import { AccessControlError, Configuration, UnreachableError, type CallCredentials } from '@bobbin/common';
import { JobClient, type JobOutcome, type JobUpdate, type MRClient } from '../src/index.js';
import {
  aJob,
  anApplication,
  anEnd,
  app,
  aTask,
  fakeAM,
  fakeRM,
  ImpatientClock,
  running,
  type AMScript,
} from './support/fakes.js';

const finished = anApplication({ state: 'FINISHED', finalApplicationStatus: 'SUCCEEDED' });

function stand(reports: Parameters<typeof fakeRM>[0], ...scripts: AMScript[]) {
  const rm = fakeRM(reports);
  const clock = new ImpatientClock();
  const ams = scripts.map(fakeAM);
  const connections: string[] = [];
  const connect = (address: string, credentials: CallCredentials) => {
    connections.push(`${address} ${'token' in credentials ? credentials.token.kind : credentials.user}`);
    const am = ams[Math.min(connections.length, ams.length) - 1];
    if (!am) throw new Error('the script has no AppMaster');
    return am.client;
  };
  const jobs = new JobClient({ rm, clock, conf: Configuration.fromProperties({}), connect });
  return { rm, ams, connections, clock, jobs };
}

const clientOf = (rm: ReturnType<typeof fakeRM>, am: MRClient): JobClient =>
  new JobClient({ rm, clock: new ImpatientClock(), conf: Configuration.fromProperties({}), connect: () => am });

async function followed(jobs: JobClient, listTasks = false): Promise<{ updates: string[]; outcome: JobOutcome }> {
  const updates: string[] = [];
  const following = jobs.follow(app, { listTasks });
  for (;;) {
    const next = await following.next();
    if (next.done) return { updates, outcome: next.value };
    updates.push(show(next.value));
  }
}

function show(update: JobUpdate): string {
  switch (update.type) {
    case 'APPLICATION':
      return `application ${update.report.state}`;
    case 'JOB':
      return `job ${update.report.state} ${update.report.mapProgress}${update.running ? ` running ${update.running.maps}` : ''}`;
    case 'ATTEMPTS':
      return update.ends.map(({ event, diagnostics }) => `${event.status} ${diagnostics.join()}`).join('; ');
  }
}

test('a job is followed from the RM to its AppMaster and to its end', async () => {
  const reports = [aJob('INITED'), aJob('RUNNING', { mapProgress: 0.5 }), aJob('SUCCEEDED', { mapProgress: 1 })];
  const { jobs, connections, ams } = stand([anApplication(), running()], { reports });
  const { updates, outcome } = await followed(jobs);
  expect(updates).toEqual([
    'application ACCEPTED',
    'application RUNNING',
    'job INITED 0',
    'job RUNNING 0.5',
    'job SUCCEEDED 1',
  ]);
  expect(outcome).toMatchObject({ job: { state: 'SUCCEEDED' }, counters: { Mine: { apples: 3 } }, failedTasks: [] });
  expect(connections).toEqual(['am.example:1000 ann']);
  expect(ams[0]?.calls.at(-1)).toBe('close');
});

test('the token of the report opens the AppMaster', async () => {
  const token = { identifier: new Uint8Array(), password: new Uint8Array(), kind: 'YARN_CLIENT_TOKEN', service: '' };
  const { jobs, connections } = stand([{ ...running(), clientToAMToken: token }], { reports: [aJob('SUCCEEDED')] });
  await followed(jobs);
  expect(connections).toEqual(['am.example:1000 YARN_CLIENT_TOKEN']);
});

test('attempts that failed are told once with what they said, also when the next AppMaster tells them again', async () => {
  const events = [anEnd(0, 'FAILED'), anEnd(1, 'KILLED'), anEnd(2, 'SUCCEEDED')];
  const { jobs } = stand(
    [running(), running(), running(2000)],
    { reports: [aJob('RUNNING')], events: events.slice(0, 2), dies: true },
    { reports: [aJob('SUCCEEDED')], events },
  );
  const { updates } = await followed(jobs);
  expect(updates.filter((line) => /FAILED|KILLED/.test(line))).toEqual([
    'FAILED attempt_1700000000000_0001_m_000000_0 could not; KILLED ',
  ]);
});

test('an AppMaster that goes away is looked for again at the RM', async () => {
  const { jobs, connections } = stand(
    [running(), anApplication(), running(2000)],
    { reports: [aJob('RUNNING')], dies: true },
    { reports: [aJob('SUCCEEDED')] },
  );
  const { updates, outcome } = await followed(jobs);
  expect(updates).toEqual([
    'application RUNNING',
    'job RUNNING 0',
    'application ACCEPTED',
    'application RUNNING',
    'job SUCCEEDED 0',
  ]);
  expect(connections).toEqual(['am.example:1000 ann', 'am.example:2000 ann']);
  expect(outcome.job?.state).toBe('SUCCEEDED');
});

test('an application that ends without its AppMaster having had a last word leaves what the RM says', async () => {
  const failed = anApplication({ state: 'FAILED', finalApplicationStatus: 'FAILED', diagnostics: 'AM exited with 1' });
  const { jobs } = stand([running(), failed], { reports: [aJob('RUNNING')], dies: true });
  const { outcome } = await followed(jobs);
  expect(outcome.application.diagnostics).toBe('AM exited with 1');
  expect(outcome.job?.state).toBe('RUNNING');
});

test('an AppMaster that dies after its last report has had its last word', async () => {
  const { jobs } = stand([running()], { reports: [aJob('SUCCEEDED')], dies: true });
  expect((await followed(jobs)).outcome.job?.state).toBe('SUCCEEDED');
});

test('a failed job leaves its failed tasks', async () => {
  const tasks = [aTask('FAILED', ['cannot weigh it']), { ...aTask('SUCCEEDED') }];
  const { jobs } = stand([running()], { reports: [aJob('FAILED')], tasks });
  const { outcome } = await followed(jobs);
  expect(outcome.failedTasks.map(({ diagnostics }) => diagnostics)).toEqual([['cannot weigh it']]);
});

test('running tasks are counted where it is asked for, and not in a job too large to list', async () => {
  const tasks = [aTask('RUNNING'), aTask('SUCCEEDED')];
  const small = stand([running()], { reports: [aJob('RUNNING'), aJob('SUCCEEDED')], tasks });
  expect((await followed(small.jobs, true)).updates).toContain('job RUNNING 0 running 1');
  const huge = stand([running()], { reports: [aJob('SUCCEEDED', { mapsTotal: 100_000 })], tasks });
  await followed(huge.jobs, true);
  expect(huge.ams[0]?.calls).not.toContain('getTaskReports');
});

test('an AppMaster that refuses is an error, not a reason to look again', async () => {
  const { client, calls } = fakeAM({ reports: [] });
  const refusing = { ...client, getJobReport: () => Promise.reject(new AccessControlError('not yours')) };
  await expect(followed(clientOf(fakeRM([running()]), refusing))).rejects.toThrow('not yours');
  expect(calls).toEqual(['close']);
});

describe('kill', () => {
  test('asks the AppMaster, and waits until the application is over', async () => {
    const { jobs, rm, ams } = stand([running(), running(), finished], { reports: [] });
    await jobs.kill(app, 'because');
    expect(ams[0]?.calls).toEqual(['killJob', 'close']);
    expect(rm.calls).toEqual([
      'getApplicationReport -',
      'getApplicationReport RUNNING',
      'getApplicationReport RUNNING',
    ]);
  });

  test('asks the RM when the AppMaster has not ended it in time', async () => {
    const { jobs, rm, clock } = stand([running()], { reports: [] });
    const begin = clock.now();
    await jobs.kill(app, 'because');
    expect(rm.calls.at(-1)).toBe('forceKillApplication because');
    expect(clock.now() - begin).toBeGreaterThanOrEqual(10_000);
  });

  test('asks the RM at once when there is no AppMaster, or it does not answer', async () => {
    const early = stand([anApplication()]);
    await early.jobs.kill(app, 'early');
    expect(early.rm.calls).toEqual(['getApplicationReport -', 'forceKillApplication early']);
    const rm = fakeRM([running()]);
    const { client } = fakeAM({ reports: [] });
    const deaf = { ...client, killJob: () => Promise.reject(new UnreachableError('nothing answers killJob')) };
    await clientOf(rm, deaf).kill(app, 'deaf');
    expect(rm.calls.at(-1)).toBe('forceKillApplication deaf');
  });

  test('does nothing where the application is over', async () => {
    const { jobs, rm } = stand([finished]);
    await jobs.kill(app, 'late');
    expect(rm.calls).toEqual(['getApplicationReport -']);
  });
});
