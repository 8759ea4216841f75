/** The NM's web pages: Hadoop's shapes, logs that outlive their container, and paths that lead nowhere else. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  applicationOf,
  encodeToken,
  loadSecret,
  parseContainerId,
  SharedSecret,
  systemClock,
  type ContainerId,
  type Token,
} from '@bobbin/common';
import { launchContext, NodeStand } from '../node-stand.js';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** `fetch` would tidy the path up. */
function get(stand: NodeStand, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const [host, port] = stand.webAddress.split(':');
  return new Promise((resolve, reject) => {
    request({ host, port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

async function json(stand: NodeStand, path: string): Promise<unknown> {
  return JSON.parse((await get(stand, path)).text) as unknown;
}

const applicationIdOf = (id: ContainerId): string => applicationOf(parseContainerId(id).applicationAttemptId);

describe('NMWebServer', () => {
  test('tells what the node is', async () => {
    await using stand = await NodeStand.start();
    await stand.rm.until(() => stand.rm.heartbeats.length > 0);
    for (const path of ['/ws/v1/node', '/ws/v1/node/info']) {
      expect(await json(stand, path)).toMatchObject({
        nodeInfo: {
          id: stand.nodeId,
          nodeHostName: '127.0.0.1',
          totalPmemAllocatedContainersMB: 8192,
          nodeHealthy: true,
        },
      });
    }
  });

  test('lists applications and containers', async () => {
    await using stand = await NodeStand.start();
    const { containerId } = await stand.complete(launchContext('exit 3'));
    expect(await json(stand, '/ws/v1/node/containers')).toMatchObject({
      containers: {
        container: [
          {
            id: containerId,
            state: 'DONE',
            exitCode: 3,
            user: 'alice',
            totalMemoryNeededMB: 256,
            totalVCoresNeeded: 1,
            executionType: 'GUARANTEED',
            nodeId: stand.nodeId,
          },
        ],
      },
    });
    expect(await json(stand, `/ws/v1/node/containers/${containerId}`)).toMatchObject({
      container: { id: containerId },
    });
    expect(await json(stand, '/ws/v1/node/apps')).toMatchObject({
      apps: { app: [{ user: 'alice', state: 'RUNNING' }] },
    });
  });

  test('serves logs after their container has been forgotten: all, the head, the tail', async () => {
    await using stand = await NodeStand.start();
    const { containerId } = await stand.complete(launchContext('printf 0123456789 > <LOG_DIR>/stdout'));
    await stand.rm.tell({ containersToBeRemovedFromNM: [containerId] });
    const logs = `/ws/v1/node/containers/${containerId}/logs`;
    expect(await json(stand, logs)).toMatchObject({
      containerLogsInfo: [
        {
          containerId,
          logAggregationType: 'LOCAL',
          containerLogInfo: expect.arrayContaining([
            expect.objectContaining({ fileName: 'stdout', fileSize: '10' }),
          ]) as unknown,
        },
      ],
    });
    const text = async (query: string): Promise<string> => (await get(stand, `${logs}/stdout${query}`)).text;
    expect(await Promise.all(['', '?size=-3', '?size=3', '?size=-99', '?size=0'].map(text))).toEqual([
      '0123456789',
      '789',
      '012',
      '0123456789',
      '',
    ]);
    expect(await json(stand, `/ws/v1/node/apps/${applicationIdOf(containerId)}/containers-with-logs`)).toEqual({
      containers: [containerId],
    });
    expect(await json(stand, '/ws/v1/node/apps/application_1_0001/containers-with-logs')).toEqual({ containers: [] });
    expect(await Promise.all(['?start=0', '?start=7', '?start=10', '?start=99'].map(text))).toEqual([
      '0123456789',
      '789',
      '',
      '',
    ]);
    expect((await get(stand, `/ws/v1/node/containerlogs/${containerId}/stdout`)).text).toBe('0123456789');
  });

  test.each<[path: string, status: number]>([
    ['/', 404],
    ['/ws/v1/node/nothing', 404],
    ['/ws/v1/node/containers/container_1_0001_01_000001', 404],
    ['/ws/v1/node/containers/not-an-id', 400],
    ['/ws/v1/node/apps/application_1_0001', 404],
    ['/ws/v1/node/apps/..%2F..%2Fsecret/containers-with-logs', 400],
    ['/ws/v1/node/containers/ID/logs/nothing', 404],
    ['/ws/v1/node/containers/ID/logs/stdout?size=x', 400],
    ['/ws/v1/node/containers/ID/logs/stdout?start=-1', 400],
    ['/ws/v1/node/containers/ID/logs/stdout?start=1&size=1', 400],
    ['/ws/v1/node/containers/ID/logs/..', 404],
    ['/ws/v1/node/containers/ID/logs/..%2F..%2F..%2Fsecret', 404],
    ['/ws/v1/node/containers/ID/logs/../../../secret', 404],
    ['/ws/v1/node/containers/..%2F..%2Fsecret/logs/x', 400],
    ['/ws/v1/node/containers/ID/logs/link', 404],
    ['/ws/v1/node/containers/ID/logs/%00', 404],
    ['/ws/v1/node/containers/ID/logs/%zz', 400],
  ])('%s is %d', async (path, status) => {
    await using stand = await NodeStand.start();
    const { containerId } = await stand.complete(launchContext('true'));
    writeFileSync(join(stand.dir.path, 'secret'), 'secret');
    symlinkSync(join(stand.dir.path, 'secret'), stand.logFile(containerId, 'link'));
    const answer = await get(stand, path.replace('ID', containerId));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toBe('secret');
  });

  test('is read only', async () => {
    await using stand = await NodeStand.start();
    expect((await get(stand, '/ws/v1/node/info', {}, 'PUT')).status).toBe(405);
  });

  test('where the cluster has a secret, a client token opens it and nothing else does', async () => {
    await using stand = new NodeStand();
    const file = join(stand.dir.path, 'secret');
    writeFileSync(file, 'x'.repeat(64), { mode: 0o600 });
    const secret = new SharedSecret(loadSecret(file), systemClock);
    stand.rm.secret = secret;
    await stand.rm.start();
    await stand.startNode({ 'bobbin.security.secret-file': file });
    const header = (token: Token): string => encodeToken(token).toString('base64');
    const status = async (token?: string): Promise<number> =>
      (await get(stand, '/ws/v1/node/info', token === undefined ? {} : { 'x-bobbin-token': token })).status;
    expect(await status(header(secret.clientToken('alice')))).toBe(200);
    expect(await status()).toBe(401);
    expect(await status('nonsense')).toBe(401);
    expect(await status(header(secret.nodeToken('host')))).toBe(401);
    const other = new SharedSecret(Buffer.from('y'.repeat(64)), systemClock);
    expect(await status(header(other.clientToken('alice')))).toBe(401);
  });
});
