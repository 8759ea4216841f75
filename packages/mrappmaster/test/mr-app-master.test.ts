/** A whole AppMaster: real dispatcher, machines, umbilical, client RPC, history and files; RM, NM and tasks are scripted. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationId, createStub, HistoryEncoder, jobId, mrClientProtocol, nodeId, taskId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { aStand, job } from './support/app-master-stand.js';
import { ExitWithoutWord, type Script } from './support/fake-cluster.js';

const nothing: Script = () => undefined;
const counted: Script = async (task, child) => {
  await child.report(task, 0.5, { MAP_INPUT_RECORDS: 7 });
};

describe('a job in containers', () => {
  it('runs to its end: committed, in the history, unregistered, nothing left', async () => {
    using dir = tempDir();
    const { master, cluster, commits, folder, history } = aStand(dir.path, {
      script: async (task, child) => {
        if (task.type === 'REDUCE') expect(await child.commit(task)).toBe(true);
        else await counted(task, child);
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished).toEqual({ status: 'SUCCEEDED', diagnostics: '' });
    expect(commits).toEqual(['setup', 'commit']);
    expect(cluster.runningCount).toBe(0);
    expect(existsSync(folder)).toBe(false);
    const info = await history();
    expect(info).toMatchObject({ status: 'SUCCEEDED', totalMaps: 2, totalReduces: 1, uberized: false });
    expect(info.count('MAP', 'SUCCEEDED') + info.count('REDUCE', 'SUCCEEDED')).toBe(3);
    expect(info.totalCounters['org.apache.hadoop.mapreduce.JobCounter']).toMatchObject({
      DATA_LOCAL_MAPS: 2,
      TOTAL_LAUNCHED_MAPS: 2,
      TOTAL_LAUNCHED_REDUCES: 1,
    });
    expect(cluster.launched[0]).toMatchObject({
      commands: [
        'exec',
        '{{BOBBIN_NODE}}',
        'task.cjs',
        '127.0.0.1',
        expect.any(String),
        expect.any(String),
        '1><LOG_DIR>/stdout',
        '2><LOG_DIR>/stderr',
      ],
      localResources: { 'job.json': { visibility: 'APPLICATION' } },
    });
  });

  it('with reuse, one container carries many tasks; without, one each', async () => {
    using dir = tempDir();
    const reused = aStand(join(dir.path, 'a'), { script: nothing, maps: 12, room: 2 });
    await expect(reused.master.run()).resolves.toBe(0);
    expect(reused.cluster.launched).toHaveLength(2);
    const properties = { 'bobbin.job.container-reuse.enable': 'false' };
    const fresh = aStand(join(dir.path, 'b'), { script: nothing, maps: 5, room: 2, properties });
    await expect(fresh.master.run()).resolves.toBe(0);
    expect(fresh.cluster.launched).toHaveLength(6);
    expect(fresh.cluster.maxAtATime).toBe(2);
  });

  it('a task that fails three times and then succeeds does not fail the job', async () => {
    using dir = tempDir();
    const { master, cluster, history } = aStand(dir.path, {
      maps: 1,
      hosts: ['127.0.0.1', 'h2', 'h3', 'h4'],
      script: (task) => {
        if (task.type === 'MAP' && !task.attemptId.endsWith('_3')) throw new Error('not yet');
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('SUCCEEDED');
    const [task] = (await history()).tasks.values();
    expect([...(task?.attempts.values() ?? [])].map((a) => a.state)).toEqual([
      'FAILED',
      'FAILED',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  it('a task that always fails ends the job FAILED, with its own words in the diagnostics', async () => {
    using dir = tempDir();
    const { master, cluster, commits, history } = aStand(dir.path, {
      script: (task) => {
        if (task.type === 'MAP') throw new Error('cannot read "x" at line 3');
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('FAILED');
    expect(cluster.finished?.diagnostics).toContain('cannot read "x" at line 3');
    expect(commits).toContain('abort');
    expect(commits).not.toContain('commit');
    expect((await history()).status).toBe('FAILED');
    expect(cluster.runningCount).toBe(0);
  });

  it('a process that dies without a word fails its attempt, and another one is made', async () => {
    using dir = tempDir();
    let deaths = 0;
    const { master, cluster } = aStand(dir.path, {
      script: (task) => {
        if (task.type === 'MAP' && deaths++ === 0) throw new ExitWithoutWord();
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('SUCCEEDED');
  });

  it('containers of a lost node are killed, not failed, and their tasks run elsewhere', async () => {
    using dir = tempDir();
    let lost = false;
    const stand = aStand(dir.path, {
      maps: 2,
      hosts: ['127.0.0.1', 'h2'],
      script: async (task, child) => {
        if (task.type === 'MAP' && !lost) {
          lost = true;
          await child.report(task, 0.1);
          stand.cluster.loseNode(nodeId('127.0.0.1', 4000));
          stand.cluster.loseNode(nodeId('h2', 4000));
          await new Promise(() => undefined);
        }
      },
    });
    await expect(stand.master.run()).resolves.toBe(0);
    expect(stand.cluster.finished?.status).toBe('SUCCEEDED');
    const attempts = [...(await stand.history()).tasks.values()].flatMap((t) => [...t.attempts.values()]);
    expect(attempts.filter((a) => a.state === 'FAILED')).toEqual([]);
    expect(attempts.filter((a) => a.state === 'KILLED').length).toBeGreaterThan(0);
  });

  it('a task larger than the cluster gives ends the job, and says which setting to change', async () => {
    using dir = tempDir();
    const { master, cluster } = aStand(dir.path, { script: nothing, maximum: { memoryMb: 512, vcores: 1 } });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('KILLED');
    expect(cluster.finished?.diagnostics).toContain('mapreduce.map.memory.mb');
  });
});

describe('an uber job', () => {
  const properties = { 'mapreduce.job.ubertask.enable': 'true' };

  it('runs in one process, maps before reduces, without a container', async () => {
    using dir = tempDir();
    const order: string[] = [];
    const { master, cluster, history } = aStand(dir.path, {
      properties,
      maps: 3,
      script: (task) => void order.push(task.type),
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('SUCCEEDED');
    expect(order).toEqual(['MAP', 'MAP', 'MAP', 'REDUCE']);
    expect(cluster.launched).toHaveLength(0);
    expect(cluster.calls.filter((call) => call === 'spawn')).toHaveLength(1);
    const info = await history();
    expect(info.uberized).toBe(true);
    expect(info.totalCounters['org.apache.hadoop.mapreduce.JobCounter']).toMatchObject({
      TOTAL_LAUNCHED_UBERTASKS: 4,
      NUM_UBER_SUBMAPS: 3,
      NUM_UBER_SUBREDUCES: 1,
    });
  });

  it('a task that fails is tried again in a new process', async () => {
    using dir = tempDir();
    let failures = 0;
    const { master, cluster } = aStand(dir.path, {
      properties,
      script: (task) => {
        if (task.type === 'MAP' && failures++ === 0) throw new Error('no');
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('SUCCEEDED');
    expect(cluster.calls.filter((call) => call === 'spawn')).toHaveLength(2);
  });
});

describe('clients', () => {
  it('follow the job by held calls and see its end; a kill ends it KILLED', async () => {
    using dir = tempDir();
    const { master, cluster } = aStand(dir.path, { script: () => new Promise(() => undefined) });
    const ended = master.run();
    while (cluster.runningCount < 2) await new Promise((resolve) => setImmediate(resolve));
    const client = createStub(mrClientProtocol, {
      address: `127.0.0.1:${cluster.registeredPort}`,
      credentials: { user: 'bob' },
    });
    const first = await client.getJobReport({ jobId: job });
    expect(first.jobReport.state).toBe('RUNNING');
    await expect(client.getJobReport({ jobId: jobId(applicationId(1, 1)) })).rejects.toThrow(/Unknown job/);
    await client.killJob({ jobId: job });
    let { jobReport: last, version } = first;
    while (last.state === 'RUNNING') {
      const answer = await client.getJobReport({ jobId: job, waitMs: 10_000, knownVersion: version });
      ({ jobReport: last, version } = answer);
    }
    client.close();
    expect(last.state).toBe('KILLED');
    expect(last.diagnostics).toContain('received from bob');
    await expect(ended).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('KILLED');
    expect(cluster.runningCount).toBe(0);
  });
});

describe('an end that was decided before', () => {
  it.each([
    [['COMMIT_STARTED', 'COMMIT_SUCCESS'], 'SUCCEEDED'],
    [['COMMIT_STARTED', 'COMMIT_FAIL'], 'FAILED'],
    [['COMMIT_STARTED'], 'FAILED'],
  ])('markers %j of an earlier attempt end the application %s without a run', async (markers, status) => {
    using dir = tempDir();
    const { master, cluster, commits, folder, history } = aStand(dir.path, {
      script: nothing,
      attempt: 2,
      prepareStaging: (staging) => {
        for (const name of markers) writeFileSync(join(staging, name), '');
        const encoder = new HistoryEncoder(job);
        const lines = [
          encoder.header(),
          encoder.encode({
            type: 'TASK_STARTED',
            taskId: taskId(job, 'MAP', 0),
            taskType: 'MAP',
            startTimeMs: 1,
            splitLocations: '',
          }),
        ];
        writeFileSync(join(staging, `${job}_1.jhist.jsonl`), `${lines.join('\n')}\n{"torn`);
      },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe(status);
    expect(commits).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    const info = await history();
    expect(info.status).toBe(status);
    expect(info.tasks.size).toBe(1);
  });

  it('a second attempt leaves what the first left, which may be committing it, and runs the job anew', async () => {
    using dir = tempDir();
    const { master, cluster, commits } = aStand(dir.path, { script: nothing, attempt: 2 });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('SUCCEEDED');
    expect(commits).toEqual(['setup', 'commit']);
  });
});

describe('trouble', () => {
  it('a splits file that does not fit fails the job and says so', async () => {
    using dir = tempDir();
    const { master, cluster } = aStand(dir.path, { script: nothing });
    writeFileSync(join(dir.path, 'work', 'job.splits.jsonl'), '');
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished).toMatchObject({ status: 'FAILED' });
    expect(cluster.finished?.diagnostics).toContain('it has 0 splits, the job has 2 maps');
  });

  it('a commit that fails fails the job, leaves its marker and discards the output', async () => {
    using dir = tempDir();
    const properties = { 'mapreduce.task.files.preserve.failedtasks': 'true' };
    const { master, cluster, commits, folder } = aStand(dir.path, {
      script: nothing,
      properties,
      committer: { commitJob: () => Promise.reject(new Error('disk full')) },
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.diagnostics).toContain('disk full');
    expect(commits).toEqual(['setup', 'abort']);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['COMMIT_STARTED', 'COMMIT_FAIL']));
  });

  it('a history that cannot be written ends the job, for it would be lost otherwise', async () => {
    using dir = tempDir();
    const { master, cluster } = aStand(dir.path, {
      script: nothing,
      prepareStaging: (staging) => writeFileSync(join(staging, `${job}_1.jhist.jsonl`), 'in the way'),
    });
    await expect(master.run()).resolves.toBe(0);
    expect(cluster.finished?.status).toBe('FAILED');
    expect(cluster.finished?.diagnostics).toContain('cannot be written');
  });

  it.each<[string, 'KILLED' | 'FORGOTTEN' | undefined, boolean]>([
    ['no temporary output where the application is over', 'KILLED', true],
    ['the output to the next attempt where it was given up', 'FORGOTTEN', false],
    ['the output to the next attempt where only its process is ended', undefined, false],
  ])('SIGTERM leaves no process, and %s', async (_, verdict, isDiscarded) => {
    using dir = tempDir();
    const { master, cluster, commits } = aStand(dir.path, {
      properties: { 'mapreduce.job.ubertask.enable': 'true' },
      script: () => new Promise(() => undefined),
    });
    const ended = master.run();
    while (!cluster.calls.includes('spawn')) await new Promise((resolve) => setImmediate(resolve));
    if (verdict) cluster.giveUp(verdict);
    await master.stopBySignal();
    // The RM's word may come before the signal is dealt with.
    expect([1, 143]).toContain(await ended);
    expect(commits.includes('abort')).toBe(isDiscarded);
    expect(cluster.finished).toBeUndefined();
  });
});
