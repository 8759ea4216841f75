/** Before a cluster stops, what runs on it is ended, and its staging folders are gone. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applicationAttemptId, foregroundClock, toApplicationId } from '@bobbin/common';
import { endApplications } from '../../src/cluster/end-applications.js';
import { fakeCluster, type FakeCluster } from '../support/fake-cluster.js';
import { recordingIO } from '../support/recording-io.js';
import { anApplication, app, job } from '../support/records.js';

let cluster: FakeCluster;
beforeEach(async () => void (cluster = await fakeCluster()));
afterEach(() => cluster.stop());
const io = () => recordingIO({ HADOOP_USER_NAME: 'ann' }, foregroundClock);

test('a job is asked to end, given time to clear up, and cleared up after', async () => {
  const staging = join(cluster.path, 'staging/root/.staging', job);
  mkdirSync(staging, { recursive: true });
  let killed = false;
  const attemptStates = ['FINISHING', 'FINISHING', 'FINISHED'] as const;
  let asked = 0;
  const report = () => (killed ? anApplication({ state: 'KILLED' }) : cluster.running(anApplication()));
  cluster.rm.getApplications = () => ({ applications: [report()] });
  cluster.rm.getApplicationReport = () => ({ applicationReport: report() });
  cluster.am.killJob = () => {
    killed = true;
    return {};
  };
  cluster.rm.getApplicationAttempts = () => ({
    applicationAttempts: [
      {
        applicationAttemptId: applicationAttemptId(app, 1),
        host: '',
        rpcPort: 0,
        trackingUrl: '',
        diagnostics: '',
        state: attemptStates[Math.min(asked++, 2)] ?? 'FINISHED',
        startTimeMs: 0,
        finishTimeMs: 0,
      },
    ],
  });
  expect(await endApplications(cluster.path, io())).toBe(1);
  expect({ killed, asked, left: existsSync(staging) }).toEqual({ killed: true, asked: 3, left: false });
});

test('an application of another kind is ended by the RM', async () => {
  const id = toApplicationId('application_1_0002');
  const killed: string[] = [];
  cluster.rm.getApplications = () => ({
    applications: [anApplication({ applicationId: id, applicationType: 'SPARK', state: 'RUNNING' })],
  });
  cluster.rm.forceKillApplication = ({ applicationId, diagnostics }) => {
    killed.push(`${applicationId} ${diagnostics}`);
    return { isKillCompleted: true };
  };
  expect(await endApplications(cluster.path, io())).toBe(1);
  expect(killed).toEqual([`${id} the cluster is stopped`]);
});

test('an RM in trouble is told of, and keeps nothing from stopping', async () => {
  const out = io();
  cluster.rm.getApplications = () => {
    throw new Error('lost its mind');
  };
  expect(await endApplications(cluster.path, out)).toBe(0);
  expect(out.warned[0]).toContain('applications could not be ended first');
});
