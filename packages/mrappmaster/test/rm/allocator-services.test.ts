/** RMContainerAllocator and LocalContainerAllocator: decisions become events, in order; tokens and leftovers find their way. */
import { AMShutdownError } from '@bobbin/client';
import {
  applicationAttemptId,
  applicationId,
  containerId,
  InvalidResourceRequestError,
  jobId,
  nodeId,
  taskAttemptId,
  taskId,
  type AllocateResponse,
  type Container,
  type ContainerId,
  type NMToken,
  type RegisterApplicationMasterResponse,
  type Token,
} from '@bobbin/common';
import { ControlledClock, recordingSink } from '@bobbin/common/testing';
import type { JobView } from '../../src/app-context.js';
import type { MRAppEvent } from '../../src/events.js';
import { LocalContainerAllocator } from '../../src/rm/local-container-allocator.js';
import { RMContainerAllocator } from '../../src/rm/rm-container-allocator.js';
import { AMTokens } from '../../src/rm/tokens.js';

const app = applicationId(1_700_000_000_000, 1);
const ours = applicationAttemptId(app, 2);
const m0 = taskAttemptId(taskId(jobId(app), 'MAP', 0), 0);
const m1 = taskAttemptId(taskId(jobId(app), 'MAP', 1), 0);
const cid = (n: number): ContainerId => containerId(ours, n);
const token: Token = { identifier: Buffer.of(1), password: Buffer.of(), kind: 'NMToken', service: '' };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const view = () =>
  ({ numMaps: 2, numReduces: 0, completedMaps: 0, progress: 0.25, attempt: () => undefined }) as unknown as JobView;

const container = (n: number): Container => ({
  id: cid(n),
  nodeId: nodeId('h1', 1),
  nodeHttpAddress: '',
  resource: { memoryMb: 1024, vcores: 1 },
  priority: 20,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  version: 0,
});
const answer = (part: Partial<AllocateResponse>): AllocateResponse => ({
  responseId: 1,
  allocatedContainers: [],
  completedContainersStatuses: [],
  availableResources: { memoryMb: 9999, vcores: 9 },
  updatedNodes: [],
  numClusterNodes: 1,
  nmTokens: [],
  preemptedContainers: [],
  ...part,
});
const registration = (previous: readonly ContainerId[]): RegisterApplicationMasterResponse => ({
  maximumResourceCapability: { memoryMb: 8192, vcores: 8 },
  applicationAcls: {},
  containersFromPreviousAttempts: previous.map((id) => ({ ...container(1), id })),
  nmTokensFromPreviousAttempts: [],
  queue: 'q',
});

function aStand() {
  const sink = recordingSink<MRAppEvent>();
  const noted: string[] = [];
  const common = {
    applicationAttemptId: ours,
    log: quiet,
    dispatcher: sink,
    job: view,
    tokens: {
      nmTokens: (tokens: readonly NMToken[]) => void noted.push(...tokens.map(({ nodeId: node }) => `nm ${node}`)),
      amRmToken: () => void noted.push('amrm'),
    },
    onRegistered: () => void noted.push('registered'),
  };
  const allocator = new RMContainerAllocator(
    {
      ...common,
      clock: new ControlledClock(),
      awaited: new Set(),
      registry: { dismiss: (id) => void noted.push(`dismiss ${id}`) },
      poke: () => void noted.push('poke'),
      onContainerEnded: (id) => void noted.push(`ended ${id}`),
    },
    {
      blacklist: { enabled: true, maxTaskFailuresPerTracker: 1, ignoreThresholdPercent: -1 },
      retries: { waitMs: 30_000, maxAttempts: { MAP: 4, REDUCE: 4 } },
      reduces: {
        slowStartFraction: 0.05,
        rampUpLimitFraction: 0.5,
        preemptionLimitFraction: 0.5,
        preemptDelayMs: 0,
        maplessPatienceMs: 1000,
        unconditionalPreemptDelayMs: -1,
      },
      runningMapLimit: 0,
      runningReduceLimit: 0,
      reuseContainers: true,
    },
  );
  const local = new LocalContainerAllocator({ ...common, container: container(1) });
  const request = (attemptId: typeof m0) =>
    ({
      domain: 'container-allocator',
      type: 'CONTAINER_REQ',
      attemptId,
      capability: { memoryMb: 1024, vcores: 1 },
      hosts: ['h1'],
      racks: [],
      earlierAttemptFailed: false,
    }) as const;
  return { sink, noted, allocator, local, request };
}

it('the requests of a turn are one piece of news', () => {
  const { allocator, noted, request } = aStand();
  allocator.handle(request(m0));
  allocator.handle(request(m1));
  expect(noted).toEqual([]);
  allocator.endTurn();
  allocator.endTurn();
  expect(noted).toEqual(['poke']);
  expect(allocator.takeNews().ask.find((r) => r.resourceName === '*')?.numContainers).toBe(2);
  expect(allocator.progress()).toBe(0.25);
});

it('a container becomes TA_ASSIGNED and its locality a counter; its end becomes diagnostics, then completion', () => {
  const { allocator, sink, noted, request } = aStand();
  allocator.handle(request(m0));
  allocator.answered(
    answer({ allocatedContainers: [container(2)], nmTokens: [{ nodeId: nodeId('h1', 1), token }], amRmToken: token }),
  );
  expect(sink.take()).toEqual([
    { domain: 'job', type: 'JOB_COUNTER_UPDATE', updates: [{ name: 'DATA_LOCAL_MAPS', delta: 1 }] },
    { domain: 'taskattempt', type: 'TA_ASSIGNED', attemptId: m0, container: container(2) },
  ]);
  const status = { containerId: cid(2), state: 'COMPLETE', exitStatus: 1, diagnostics: 'bad' } as const;
  allocator.answered(answer({ completedContainersStatuses: [status] }));
  expect(sink.take().map((e) => e.type)).toEqual(['TA_DIAGNOSTICS_UPDATE', 'TA_CONTAINER_COMPLETED']);
  expect(noted).toEqual(['nm h1:1', 'amrm', `ended ${cid(2)}`]);
});

it('a free container goes to the next attempt, or is dismissed and released', () => {
  const { allocator, sink, noted, request } = aStand();
  allocator.handle(request(m0));
  allocator.answered(answer({ allocatedContainers: [container(2)] }));
  allocator.handle(request(m1));
  const free = (attemptId: typeof m0): void => {
    allocator.handle({ domain: 'container-allocator', type: 'CONTAINER_AVAILABLE', attemptId, containerId: cid(2) });
    allocator.endTurn();
  };
  sink.take();
  free(m0);
  expect(sink.take().at(-1)).toMatchObject({ type: 'TA_ASSIGNED', attemptId: m1, container: { id: cid(2) } });
  free(m1);
  expect(noted).toContain(`dismiss ${cid(2)}`);
  expect(allocator.takeNews().release).toEqual([cid(2)]);
});

it('a node that failed and an attempt that wants nothing more change what is asked', () => {
  const { allocator, request } = aStand();
  allocator.handle({ domain: 'container-allocator', type: 'CONTAINER_FAILED', attemptId: m0, nodeId: nodeId('h1', 1) });
  allocator.handle(request(m0));
  allocator.handle({ domain: 'container-allocator', type: 'CONTAINER_DEALLOCATE', attemptId: m0 });
  const news = allocator.takeNews();
  expect(news.blacklistAdditions).toEqual(['h1']);
  expect(news.ask.every((r) => r.numContainers === 0)).toBe(true);
  allocator.resync();
  expect(allocator.hasUrgentNews()).toBe(true);
  allocator.untake(news);
  expect(allocator.takeNews().blacklistAdditions).toEqual(['h1']);
});

it.each([
  [
    'a refusal kills the job',
    (a: RMContainerAllocator) => a.refused(new InvalidResourceRequestError('too big')),
    'JOB_KILL',
  ],
  ['a lost RM reboots it', (a: RMContainerAllocator) => a.lost(new AMShutdownError('gone')), 'JOB_AM_REBOOT'],
])('%s, with the reason first', (_, act, last) => {
  const { allocator, sink } = aStand();
  act(allocator);
  expect(sink.take().map((e) => e.type)).toEqual(['JOB_DIAGNOSTIC_UPDATE', last]);
});

it('containers of earlier attempts are given back, ours are kept', () => {
  const old = containerId(applicationAttemptId(app, 1), 5);
  const { allocator, local } = aStand();
  for (const one of [allocator, local]) {
    one.registered(registration([old, cid(2)]));
    const news = one.takeNews();
    expect(news.release).toEqual([old]);
    expect(one.hasUrgentNews()).toBe(false);
    one.untake(news);
    expect(one.hasUrgentNews()).toBe(true);
  }
});

it("in an uber job every attempt gets the AM's own container at once", () => {
  const { local, sink, request } = aStand();
  local.handle(request(m0));
  local.handle({ domain: 'container-allocator', type: 'CONTAINER_DEALLOCATE', attemptId: m0 });
  expect(sink.take()).toMatchObject([
    { type: 'JOB_COUNTER_UPDATE', updates: [{ name: 'OTHER_LOCAL_MAPS' }] },
    { type: 'TA_ASSIGNED', attemptId: m0, container: { id: cid(1) } },
  ]);
  local.refused(new InvalidResourceRequestError('x'));
  local.answered(answer({}));
  local.resync();
  expect(local.progress()).toBe(0.25);
  local.lost(new AMShutdownError('gone'));
  expect(sink.take().map((e) => e.type)).toEqual(['JOB_DIAGNOSTIC_UPDATE', 'JOB_AM_REBOOT']);
});

it('tokens: the newest for the RM, one for each node, and a clear word where one is missing', () => {
  const tokens = new AMTokens(token);
  const next = { ...token, service: 'next' };
  tokens.amRmToken(next);
  tokens.nmTokens([{ nodeId: nodeId('h1', 1), token }]);
  expect(tokens.forRM()).toBe(next);
  expect(tokens.forNode(nodeId('h1', 1))).toBe(token);
  expect(() => tokens.forNode(nodeId('h2', 1))).toThrow('no NM token for h2:1');
});
