/** `bobbin attempt` and `bobbin container` against a cluster that answers from a script, and `app logs --follow`. */
import {
  ApplicationAttemptNotFoundError,
  applicationAttemptId,
  containerId,
  ContainerNotFoundError,
  nodeId,
  type ApplicationAttemptReport,
  type ContainerReport,
} from '@bobbin/common';
import { fakeCluster, type FakeCluster } from '../support/fake-cluster.js';
import { aNode, anApplication, app, job } from '../support/records.js';

const first = applicationAttemptId(app, 1);
const second = applicationAttemptId(app, 2);
const container = containerId(first, 2);

const attemptReport = (id = first, change: Partial<ApplicationAttemptReport> = {}): ApplicationAttemptReport => ({
  applicationAttemptId: id,
  host: 'node.example',
  rpcPort: 1,
  trackingUrl: '',
  diagnostics: '',
  state: 'RUNNING',
  amContainerId: containerId(id, 1),
  startTimeMs: 1,
  finishTimeMs: 0,
  ...change,
});

const containerReport = (id = container): ContainerReport => ({
  containerId: id,
  resource: { memoryMb: 256, vcores: 1 },
  nodeId: nodeId('node.example', 45454),
  priority: 0,
  creationTimeMs: 1795259453519,
  finishTimeMs: 0,
  diagnostics: '',
  exitStatus: -1000,
  state: 'RUNNING',
  nodeHttpAddress: cluster.nodeHttpAddress,
  logUrl: '',
});

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await fakeCluster();
});
afterEach(() => cluster.stop());

describe('attempt', () => {
  test('list shows every attempt, by application or job', async () => {
    cluster.rm.getApplicationAttempts = () => ({
      applicationAttempts: [attemptReport(first, { state: 'FAILED' }), attemptReport(second)],
    });
    for (const id of [app, job]) {
      const { out } = await cluster.run('attempt', 'list', id);
      expect(out[0]).toBe('Total number of application attempts :2');
      expect(out[2]?.split('\t').map((cell) => cell.trim())).toEqual([first, 'FAILED', containerId(first, 1), 'N/A']);
      expect(out[3]).toContain(second);
    }
    expect(JSON.parse((await cluster.run('attempt', 'list', app, '--json')).out[0] ?? '')).toHaveLength(2);
  });

  test('status and fail name their attempt; one that is not there is told', async () => {
    cluster.rm.getApplicationAttemptReport = () => ({ applicationAttemptReport: attemptReport() });
    expect((await cluster.run('attempt', 'status', first)).out.slice(0, 3)).toEqual([
      'Application Attempt Report : ',
      `\tApplicationAttempt-Id : ${first}`,
      '\tState : RUNNING',
    ]);
    const failed: unknown[] = [];
    cluster.rm.failApplicationAttempt = (request) => {
      failed.push(request.applicationAttemptId);
      return {};
    };
    expect((await cluster.run('attempt', 'fail', first)).out).toEqual([`Failed attempt ${first}`]);
    expect(failed).toEqual([first]);
    cluster.rm.getApplicationAttemptReport = () => {
      throw new ApplicationAttemptNotFoundError(second, 'CLIENT');
    };
    expect(await cluster.run('attempt', 'fail', second)).toMatchObject({
      code: 1,
      err: [`ApplicationAttempt with id '${second}' doesn't exist in RM`],
    });
  });

  test('fail tells of one that is over already', async () => {
    cluster.rm.getApplicationAttemptReport = () => ({
      applicationAttemptReport: attemptReport(first, { state: 'FAILED' }),
    });
    expect(await cluster.run('attempt', 'fail', first)).toMatchObject({
      code: 1,
      err: [`Application attempt ${first} has already finished`],
    });
  });

  test('an id that is none is wrong usage', async () => {
    expect((await cluster.run('attempt', 'status', 'x')).code).toBe(2);
  });
});

describe('container', () => {
  test('list takes an application, a job or an attempt; each container is there once', async () => {
    const asked: string[] = [];
    cluster.rm.getApplicationAttempts = () => ({ applicationAttempts: [attemptReport(first), attemptReport(second)] });
    cluster.rm.getContainers = ({ applicationAttemptId: id }) => {
      asked.push(id);
      return { containers: [containerReport()] };
    };
    const { out } = await cluster.run('container', 'list', app);
    expect(out[0]).toBe('Total number of containers :1');
    expect(out[2]).toContain('2026-11-21T11:10:53.519Z');
    await cluster.run('container', 'list', second, '--json');
    expect(asked).toEqual([first, second, second]);
    expect((await cluster.run('container', 'list', 'x')).code).toBe(2);
  });

  test('status shows one, and says where it is not known', async () => {
    cluster.rm.getContainerReport = () => ({ containerReport: containerReport() });
    expect((await cluster.run('container', 'status', container)).out.slice(0, 2)).toEqual([
      'Container Report : ',
      `\tContainer-Id : ${container}`,
    ]);
    cluster.rm.getContainerReport = () => {
      throw new ContainerNotFoundError(container);
    };
    expect((await cluster.run('container', 'status', container)).err.join()).toContain(container);
  });

  test('signal asks for a thread dump unless another is named; a word that is none is wrong usage', async () => {
    const asked: unknown[] = [];
    cluster.rm.signalToContainer = (request) => {
      asked.push(request.command);
      return {};
    };
    expect((await cluster.run('container', 'signal', container)).out).toEqual([
      `Signalling container ${container}: OUTPUT_THREAD_DUMP`,
    ]);
    await cluster.run('container', 'signal', container, 'FORCEFUL_SHUTDOWN', '--json');
    expect(asked).toEqual(['OUTPUT_THREAD_DUMP', 'FORCEFUL_SHUTDOWN']);
    expect((await cluster.run('container', 'signal', container, 'SIGKILL')).code).toBe(2);
  });

  test('logs shows the files of that container alone', async () => {
    theApplicationRuns();
    cluster.logs[container] = { stdout: 'here\n' };
    cluster.logs[containerId(first, 3)] = { stdout: 'not here\n' };
    const { out } = await cluster.run('container', 'logs', container);
    expect(out).toContain('here');
    expect(out).not.toContain('not here');
  });

  test("logs shows the node's own launch files only where they are named", async () => {
    theApplicationRuns();
    cluster.logs[container] = { stdout: 'here\n', 'launch_container.sh': 'exec true\n' };
    expect((await cluster.run('container', 'logs', container)).out).not.toContain('exec true');
    const named = await cluster.run('container', 'logs', container, '--log-files', 'launch_container.sh');
    expect(named.out).toContain('exec true');
  });
});

test('app logs finds containers that the RM has forgotten on their nodes', async () => {
  theApplicationRuns();
  cluster.rm.getContainers = () => ({ containers: [] });
  cluster.logs[container] = { stdout: 'still here\n' };
  expect((await cluster.run('app', 'logs', app)).out).toContain('still here');
});

describe('app logs --follow', () => {
  test('shows whole lines as they come, each once, and the rest at the end', async () => {
    theApplicationRuns();
    const files: Record<string, string> = { stdout: 'one\ntw', 'launch_container.sh': 'x' };
    cluster.logs[container] = files;
    let looks = 0;
    cluster.rm.getContainers = () => {
      if (++looks === 2) files['stdout'] = 'one\ntwo\nthree';
      return { containers: looks < 3 ? [containerReport()] : [] };
    };
    cluster.rm.getApplicationReport = () => ({
      applicationReport: anApplication({ applicationType: 'YARN', state: looks < 2 ? 'RUNNING' : 'FINISHED' }),
    });
    const { out, code } = await cluster.run('app', 'logs', app, '--follow');
    expect(out).toEqual(['01_000002 stdout | one', '01_000002 stdout | two', '01_000002 stdout | three']);
    expect(code).toBe(0);
  });

  test('does not go with --size', async () => {
    expect((await cluster.run('app', 'logs', app, '--follow', '--size', '5')).err).toEqual([
      '--size does not go with --follow',
    ]);
  });
});

function theApplicationRuns(): void {
  cluster.rm.getApplicationReport = () => ({
    applicationReport: anApplication({ applicationType: 'YARN', state: 'RUNNING' }),
  });
  cluster.rm.getApplicationAttempts = () => ({ applicationAttempts: [attemptReport()] });
  cluster.rm.getContainers = () => ({ containers: [containerReport(), containerReport(containerId(first, 3))] });
  cluster.rm.getClusterNodes = () => ({ nodeReports: [{ ...aNode, httpAddress: cluster.nodeHttpAddress }] });
}
