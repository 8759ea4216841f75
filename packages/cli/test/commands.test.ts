/** Each command and option of `bobbin` against a cluster that answers from a script; what is wrong is said, with an exit code. */
import {
  AccessControlError,
  ApplicationNotFoundError,
  applicationAttemptId,
  applicationId,
  containerId,
  nodeId,
  toApplicationId,
} from '@bobbin/common';
import { fakeCluster, type FakeCluster } from './support/fake-cluster.js';
import { aJob, aNode, anApplication, app, job, wordCountCounters } from './support/records.js';

const unknown = applicationId(1700000000000, 99);
const attempt = applicationAttemptId(app, 1);
const amContainer = containerId(attempt, 1);
const taskContainer = containerId(attempt, 2);

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await fakeCluster();
  cluster.rm.getApplicationReport = ({ applicationId: id }) => {
    if (id !== app) throw new ApplicationNotFoundError(id);
    return { applicationReport: anApplication() };
  };
});
afterEach(() => cluster.stop());

function theJobRuns(): void {
  cluster.rm.getApplicationReport = () => ({ applicationReport: cluster.running(anApplication()) });
  cluster.am.getJobReport = () => ({ jobReport: aJob({ state: 'RUNNING', mapProgress: 0.5 }), version: 1 });
  cluster.am.getCounters = () => ({ counters: wordCountCounters });
}

describe('app', () => {
  test('list asks for what is not over, --all for everything, --states for these', async () => {
    const asked: unknown[] = [];
    cluster.rm.getApplications = (filter) => {
      asked.push([filter.applicationStates, filter.applicationTypes]);
      return { applications: [anApplication()] };
    };
    const { out } = await cluster.run('app', 'list');
    expect(out[0]).toBe(
      'Total number of applications (application-types: [], states: [SUBMITTED, ACCEPTED, RUNNING] and tags: []):1',
    );
    expect(out[2]).toContain(app);
    await cluster.run('app', 'list', '--all');
    await cluster.run('app', 'list', '--states', 'finished,KILLED', '--types', 'MAPREDUCE');
    expect(asked).toEqual([
      [['SUBMITTED', 'ACCEPTED', 'RUNNING'], undefined],
      [['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'], undefined],
      [['FINISHED', 'KILLED'], ['MAPREDUCE']],
    ]);
  });

  test('list --json tells the node of each AppMaster, and no token', async () => {
    const token = { identifier: Buffer.from('i'), password: Buffer.from('p'), kind: 'YARN_CLIENT_TOKEN', service: '' };
    const running = {
      ...cluster.running(anApplication()),
      currentApplicationAttemptId: attempt,
      clientToAMToken: token,
    };
    cluster.rm.getApplications = () => ({ applications: [running] });
    cluster.rm.getApplicationAttemptReport = () => ({
      applicationAttemptReport: {
        applicationAttemptId: attempt,
        host: '',
        rpcPort: 0,
        trackingUrl: '',
        diagnostics: '',
        state: 'RUNNING',
        amContainerId: amContainer,
        startTimeMs: 0,
        finishTimeMs: 0,
      },
    });
    cluster.rm.getContainerReport = () => ({ containerReport: aContainer(amContainer) });
    const [line = ''] = (await cluster.run('app', 'list', '--json')).out;
    expect(JSON.parse(line)).toMatchObject([{ applicationId: app, amNodeId: 'node.example:45454' }]);
    expect(line).not.toContain('clientToAMToken');
  });

  test('status takes the id of an application or of its job', async () => {
    for (const id of [app, job]) {
      const { out } = await cluster.run('app', 'status', id);
      expect(out.slice(0, 2)).toEqual(['Application Report : ', `\tApplication-Id : ${app}`]);
    }
    expect(JSON.parse((await cluster.run('app', 'status', app, '--json')).out[0] ?? '')).toMatchObject({
      applicationId: app,
    });
  });

  test('kill waits until the kill is complete', async () => {
    theJobRuns();
    let calls = 0;
    cluster.rm.forceKillApplication = ({ diagnostics }) => {
      expect(diagnostics).toBe(`Application ${app} was killed by user ann`);
      return { isKillCompleted: ++calls === 2 };
    };
    expect(await cluster.run('app', 'kill', app)).toMatchObject({ code: 0, out: [`Killed application ${app}`] });
    expect(calls).toBe(2);
  });

  test('kill of one that is over says so', async () => {
    expect(await cluster.run('app', 'kill', app)).toMatchObject({
      code: 1,
      err: [`Application ${app} has already finished`],
    });
  });

  test.each(['status', 'kill', 'logs'])('%s of an unknown application names it', async (command) => {
    cluster.rm.getApplicationAttempts = () => {
      throw new ApplicationNotFoundError(unknown);
    };
    cluster.rm.getClusterNodes = () => ({ nodeReports: [] });
    const { code, err } = await cluster.run('app', command, unknown);
    expect(code).toBe(1);
    expect(err.join('\n')).toContain(`Application with id '${unknown}' doesn't exist in RM`);
  });
});

describe('node list', () => {
  test('shows nodes that run, --all all of them, --show-details what they have', async () => {
    const asked: unknown[] = [];
    cluster.rm.getClusterNodes = ({ nodeStates }) => {
      asked.push(nodeStates);
      return { nodeReports: [aNode] };
    };
    expect((await cluster.run('node', 'list')).out).toHaveLength(3);
    expect((await cluster.run('node', 'list', '--all', '--show-details')).out).toContain(
      '\tConfigured Resources : <memory:8192, vCores:4>',
    );
    expect(JSON.parse((await cluster.run('node', 'list', '--states', 'LOST', '--json')).out[0] ?? '')).toMatchObject([
      { nodeId: 'localhost:35793' },
    ]);
    expect(asked).toEqual([['RUNNING'], [], ['LOST']]);
  });
});

describe('job', () => {
  test('list shows jobs that are not over, --all every one', async () => {
    cluster.rm.getApplications = ({ applicationTypes }) => {
      expect(applicationTypes).toEqual(['MAPREDUCE']);
      return {
        applications: [
          anApplication(),
          anApplication({ applicationId: toApplicationId('application_1_0007'), state: 'ACCEPTED' }),
        ],
      };
    };
    const { out } = await cluster.run('job', 'list');
    expect(out[0]).toBe('Total jobs:1');
    expect(out[2]).toMatch(/job_1_0007\s.*PREP/);
    expect((await cluster.run('job', 'list', '--all')).out).toHaveLength(4);
    const [line = ''] = (await cluster.run('job', 'list', '--all', '--json')).out;
    expect(JSON.parse(line)).toMatchObject([
      { jobId: job, jobState: 'SUCCEEDED' },
      { jobId: 'job_1_0007', jobState: 'PREP' },
    ]);
  });

  test('status asks the AppMaster while it runs, and the RM where nobody else knows', async () => {
    theJobRuns();
    const { out } = await cluster.run('job', 'status', job);
    expect(out).toContain('map() completion: 0.5');
    expect(out).toContain('Counters: 48');
    cluster.rm.getApplicationReport = () => ({
      applicationReport: anApplication({ state: 'KILLED', diagnostics: 'by hand' }),
    });
    expect((await cluster.run('job', 'status', job)).out).toEqual(
      expect.arrayContaining(['Job state: KILLED', 'reason for failure: by hand']),
    );
  });

  test.each(['status', 'counters', 'kill'])('%s of an unknown job names it', async (command) => {
    expect(await cluster.run('job', command, 'job_1700000000000_0099')).toEqual({
      code: 1,
      out: [],
      err: ['Could not find job job_1700000000000_0099'],
    });
  });

  test('counters prints all of them, or one', async () => {
    theJobRuns();
    expect((await cluster.run('job', 'counters', job)).out[0]).toBe('Counters: 48');
    expect((await cluster.run('job', 'counters', job, 'Map-Reduce Framework', 'Map input records')).out).toEqual([
      '25587',
    ]);
    expect(await cluster.run('job', 'counters', job, 'Mine', 'apples')).toMatchObject({
      code: 1,
      err: [`job ${job} has no counter 'apples' in group 'Mine'`],
    });
    expect((await cluster.run('job', 'counters', job, 'Mine')).err[0]).toBe(
      "name a counter of group 'Mine' too, or no group",
    );
  });

  test('kill asks the AppMaster; of one that is over it says how that ended', async () => {
    let killed = false;
    cluster.rm.getApplicationReport = () => ({
      applicationReport: killed ? anApplication({ state: 'KILLED' }) : cluster.running(anApplication()),
    });
    cluster.am.killJob = () => {
      killed = true;
      return {};
    };
    expect(await cluster.run('job', 'kill', job)).toMatchObject({ code: 0, out: [`Killed job ${job}`] });
    expect(await cluster.run('job', 'kill', job)).toMatchObject({
      code: 1,
      err: [`${job} is over already: KILLED`],
    });
  });
});

describe('logs', () => {
  beforeEach(() => {
    theJobRuns();
    cluster.rm.getClusterNodes = () => ({ nodeReports: [{ ...aNode, httpAddress: cluster.nodeHttpAddress }] });
    cluster.rm.getApplicationAttempts = () => ({
      applicationAttempts: [
        {
          applicationAttemptId: attempt,
          host: '',
          rpcPort: 0,
          trackingUrl: '',
          diagnostics: '',
          state: 'RUNNING',
          amContainerId: amContainer,
          startTimeMs: 0,
          finishTimeMs: 0,
        },
      ],
    });
    cluster.rm.getContainers = () => ({
      containers: [{ ...aContainer(taskContainer), nodeHttpAddress: cluster.nodeHttpAddress }],
    });
    cluster.am.getTaskAttemptCompletionEvents = () => ({ completionEvents: [] });
    cluster.logs[amContainer] = { syslog: '{"level":30,"time":"2026-11-21T10:00:00.123Z","msg":"up"}\n', stderr: '' };
    cluster.logs[taskContainer] = {
      'attempt_1795259442712_0001_m_000000_0.stdout': 'first\n',
      'attempt_1795259442712_0001_m_000000_1.stdout': 'second\n',
      'attempt_1795259442712_0001_m_000000_1.stderr': 'oops\n',
    };
  });

  test('shows each file that is not empty in the frame of yarn logs, container by container', async () => {
    const { out } = await cluster.run('job', 'logs', job);
    expect(out.filter((line) => line.startsWith('LogType:'))).toEqual([
      'LogType:syslog',
      'LogType:attempt_1795259442712_0001_m_000000_0.stdout',
      'LogType:attempt_1795259442712_0001_m_000000_1.stdout',
      'LogType:attempt_1795259442712_0001_m_000000_1.stderr',
    ]);
    expect(out).toContain('10:00:00.123 INFO  up');
    expect(out).toContain(`Container: ${taskContainer} on ${cluster.nodeHttpAddress}`);
  });

  test.each([
    [['attempt_1795259442712_0001_m_000000_1'], ['second', 'oops']],
    [
      ['task_1795259442712_0001_m_000000', '--log-files', 'stdout'],
      ['first', 'second'],
    ],
    [[amContainer], ['10:00:00.123 INFO  up']],
    [['--log-files', 'stderr'], ['oops']],
  ])('of %j only', async (args, expected) => {
    const { out } = await cluster.run('job', 'logs', job, ...args);
    expect(out.filter((line, i) => out[i - 1] === 'LogContents:' && line !== '')).toEqual(expected);
  });

  test('as JSON', async () => {
    const [line = ''] = (await cluster.run('app', 'logs', app, '--json', '--log-files', 'stderr')).out;
    expect(JSON.parse(line)).toMatchObject([{ containerId: taskContainer, content: 'oops\n' }]);
  });

  test('that are not there are said', async () => {
    const { code, err } = await cluster.run('job', 'logs', job, 'attempt_1795259442712_0001_m_000009_0');
    expect(code).toBe(1);
    expect(err[0]).toContain('no logs of attempt_1795259442712_0001_m_000009_0 are found');
  });
});

describe('a wrong command line', () => {
  test.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['job', 'sumbit'], "unknown command 'sumbit'"],
    [['job', 'submit'], "missing required argument 'file'"],
    [['job', 'status', 'job_1'], "'job_1' is not a job id; one looks like 'job_1700000000000_0001'"],
    [
      ['app', 'status', 'application-1'],
      "'application-1' is not an application id; one looks like 'application_1700000000000_0001'",
    ],
    [['app', 'kill'], "missing required argument 'application-id'"],
    [['app', 'list', '--states', 'SLEEPING'], "'SLEEPING' should be one of ALL, NEW,"],
    [['node', 'list', '--states', 'AWAKE'], "'AWAKE' should be one of ALL, NEW,"],
    [['job', 'logs', 'job_1700000000000_0001', '--size', 'big'], 'it should be a whole number'],
    [['job', 'list', '--colour'], "unknown option '--colour'"],
    [['cluster', 'start', '--nodes', 'many'], 'it should be a whole number from 1 to 100'],
  ])('%j', async (args, message) => {
    const { code, err } = await cluster.run(...args);
    expect(code).toBe(2);
    expect(err.join('\n')).toContain(message);
  });

  test('help and version are no mistakes', async () => {
    for (const args of [['--help'], ['job', 'submit', '--help'], ['--version']]) {
      expect((await cluster.run(...args)).code).toBe(0);
    }
  });
});

describe('a cluster that cannot be asked', () => {
  test('is named, with what to do', async () => {
    const { code, err } = await cluster.run('app', 'list', '-D', 'yarn.resourcemanager.address=127.0.0.1:1');
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(/127\.0\.0\.1:1.*connection refused[^]*bobbin cluster start/);
  });

  test('that was never started is said with how to name or start one', async () => {
    const { err } = await cluster.run('app', 'list', '--dir', `${cluster.path}/nowhere`);
    expect(err[0]).toBe(
      `there is no cluster in '${cluster.path}/nowhere'; start one with \`bobbin cluster start --dir ${cluster.path}/nowhere\``,
    );
  });

  test('that wants a secret says which setting has it', async () => {
    cluster.rm.getApplications = () => {
      throw new AccessControlError("SIMPLE authentication is not enabled: 'ann' shows no token");
    };
    expect((await cluster.run('app', 'list')).err.join('\n')).toContain('bobbin.security.secret-file');
  });

  test('because the configuration is wrong, says every problem at once', async () => {
    const { code, err } = await cluster.run(
      'app',
      'list',
      '-D',
      'bobbin.rpc.deadline-ms=soon',
      '-D',
      'bobbin.log.lvl=info',
      '-D',
      'x',
    );
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(
      /3 problems:[^]*-D x: should be 'key=value'[^]*'soon' in -D[^]*nearest known one is 'bobbin\.log\.level'/,
    );
  });
});

function aContainer(id: typeof amContainer) {
  return {
    containerId: id,
    resource: { memoryMb: 1, vcores: 1 },
    nodeId: nodeId('node.example', 45454),
    priority: 0,
    creationTimeMs: 0,
    finishTimeMs: 0,
    diagnostics: '',
    exitStatus: 0,
    state: 'RUNNING' as const,
    nodeHttpAddress: 'node.example:8042',
    logUrl: '',
  };
}
