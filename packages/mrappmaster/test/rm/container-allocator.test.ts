/** ContainerAllocator: the rules of reference mapreduce.md 3 and of container reuse, one row or test each. */
import {
  applicationAttemptId,
  applicationId,
  containerId,
  jobId,
  nodeId,
  parseTaskId,
  taskAttemptId,
  taskId,
  taskOf,
  type AllocateResponse,
  type Container,
  type ContainerId,
  type ContainerStatus,
  type NodeId,
  type NodeReport,
  type Resource,
  type ResourceRequest,
  type TaskAttemptId,
  type TaskId,
} from '@bobbin/common';
import fc from 'fast-check';
import {
  ContainerAllocator,
  type AllocatorDecision,
  type ContainerAllocatorSettings,
} from '../../src/rm/container-allocator.js';

const app = applicationId(1_700_000_000_000, 1);
const job = jobId(app);
const size: Resource = { memoryMb: 1024, vcores: 1 };
const map = (n: number, attempt = 0): TaskAttemptId => taskAttemptId(taskId(job, 'MAP', n), attempt);
const reduce = (n: number, attempt = 0): TaskAttemptId => taskAttemptId(taskId(job, 'REDUCE', n), attempt);
const cid = (n: number) => containerId(applicationAttemptId(app, 1), n);

function aContainer(n: number, priority: number, host = 'h1', resource = size): Container {
  return {
    id: cid(n),
    nodeId: nodeId(host, 1234),
    nodeHttpAddress: `${host}:8042`,
    resource,
    priority,
    executionType: 'GUARANTEED',
    allocationRequestId: -1,
    version: 0,
  };
}

function anAnswer(part: Partial<AllocateResponse> = {}): AllocateResponse {
  return {
    responseId: 1,
    allocatedContainers: [],
    completedContainersStatuses: [],
    availableResources: { memoryMb: 100_000, vcores: 100 },
    updatedNodes: [],
    numClusterNodes: 4,
    nmTokens: [],
    preemptedContainers: [],
    ...part,
  };
}

const ended = (n: number, exitStatus: number, diagnostics = ''): ContainerStatus => ({
  containerId: cid(n),
  state: 'COMPLETE',
  exitStatus,
  diagnostics,
});

interface Stand {
  readonly allocator: ContainerAllocator;
  readonly figures: { numMaps: number; numReduces: number; completedMaps: number };
  readonly progress: Map<TaskAttemptId, number>;
}

function aStand(
  settings: Partial<ContainerAllocatorSettings> = {},
  figures = { numMaps: 2, numReduces: 1, completedMaps: 0 },
  awaited: readonly ContainerId[] = [],
): Stand {
  const progress = new Map<TaskAttemptId, number>();
  const allocator = new ContainerAllocator(
    {
      blacklist: { enabled: true, maxTaskFailuresPerTracker: 3, ignoreThresholdPercent: 33 },
      retries: { waitMs: 30_000, maxAttempts: { MAP: 4, REDUCE: 4 } },
      reduces: {
        slowStartFraction: 0.05,
        rampUpLimitFraction: 0.5,
        preemptionLimitFraction: 0.5,
        preemptDelayMs: 0,
        maplessPatienceMs: 1000,
        unconditionalPreemptDelayMs: 300_000,
      },
      runningMapLimit: 0,
      runningReduceLimit: 0,
      reuseContainers: true,
      ...settings,
    },
    () => figures,
    (id) => progress.get(id) ?? 0,
    awaited,
  );
  allocator.setMaximum({ memoryMb: 8192, vcores: 8 });
  return { allocator, figures, progress };
}

function want(allocator: ContainerAllocator, id: TaskAttemptId, hosts: string[] = [], failed = false): void {
  const racks = hosts.length > 0 ? ['/default-rack'] : [];
  allocator.request({ attemptId: id, capability: size, hosts, racks, earlierAttemptFailed: failed }, 0);
}

/** Asks as `priority name count`, sorted. */
const asked = (ask: readonly ResourceRequest[]): string[] =>
  ask.map((r) => `${r.priority} ${r.resourceName} ${r.numContainers}`).sort();
const assigned = (decisions: readonly AllocatorDecision[]): string[] =>
  decisions.flatMap((d) => (d.type === 'ASSIGN' ? [`${d.attemptId} ${d.container.id} ${d.locality ?? '-'}`] : []));

describe('containers of an earlier AM', () => {
  it('are given back unless an attempt claims them, at each registration', () => {
    const { allocator } = aStand({}, undefined, [cid(7)]);
    allocator.kept([cid(7), cid(8)]);
    expect(allocator.requestor.takeNews().release).toEqual([cid(8)]);
    allocator.adopt(map(0), aContainer(7, 0), size);
    allocator.kept([cid(7)]);
    expect(allocator.requestor.takeNews().release).toEqual([]);
    allocator.deallocate(map(0));
    allocator.requestor.takeNews();
    allocator.kept([cid(7)]);
    expect(allocator.requestor.takeNews().release).toEqual([cid(7)]);
  });

  it('count as held, and take further tasks', () => {
    const { allocator } = aStand({}, undefined, [cid(7)]);
    allocator.adopt(map(0), aContainer(7, 0), size);
    want(allocator, map(1));
    expect(allocator.counts()).toMatchObject({ assignedMaps: 1, scheduledMaps: 1 });
    allocator.available(cid(7), map(0), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(1)} ${cid(7)} OTHER_LOCAL_MAPS`]);
  });

  it('that ended before they were claimed end their attempts then', () => {
    const { allocator } = aStand({}, undefined, [cid(7), cid(9)]);
    const completedContainersStatuses = [ended(7, 1, 'crashed'), ended(9, -100, 'lost'), ended(8, 0)];
    allocator.answered(anAnswer({ completedContainersStatuses }), 0);
    expect(allocator.takeDecisions()).toEqual([]);
    allocator.adopt(map(0), aContainer(7, 0), size);
    allocator.adopt(map(1), aContainer(9, 0), size);
    expect(allocator.takeDecisions()).toMatchObject([
      { type: 'COMPLETE_ATTEMPT', attemptId: map(0), diagnostics: 'crashed' },
      { type: 'KILL_ATTEMPT', attemptId: map(1), diagnostics: 'lost' },
    ]);
  });
});

describe('asking', () => {
  it('a map is asked for on its hosts, its racks and anywhere, at 20', () => {
    const { allocator } = aStand();
    want(allocator, map(0), ['h1', 'h2']);
    want(allocator, map(1), ['h1']);
    expect(asked(allocator.requestor.takeNews().ask)).toEqual(['20 * 2', '20 /default-rack 2', '20 h1 2', '20 h2 1']);
  });

  it('a map that failed before is asked for at 5 and anywhere only', () => {
    const { allocator } = aStand();
    want(allocator, map(0, 1), ['h1'], true);
    expect(asked(allocator.requestor.takeNews().ask)).toEqual(['5 * 1']);
  });

  it('a reduce is pending until slow start, then asked for at 10', () => {
    const { allocator, figures } = aStand();
    want(allocator, reduce(0));
    allocator.recalculate(0);
    expect(allocator.requestor.takeNews().ask).toEqual([]);
    figures.completedMaps = 1;
    allocator.recalculate(0);
    expect(asked(allocator.requestor.takeNews().ask)).toEqual(['10 * 1']);
  });

  it('a job without maps asks for its reduces at once', () => {
    const { allocator } = aStand({}, { numMaps: 0, numReduces: 1, completedMaps: 0 });
    want(allocator, reduce(0));
    allocator.recalculate(0);
    expect(allocator.counts().scheduledReduces).toBe(1);
  });

  it('a container larger than the cluster gives kills the job, and says which setting to change', () => {
    const { allocator } = aStand();
    allocator.setMaximum({ memoryMb: 512, vcores: 8 });
    want(allocator, map(0));
    expect(allocator.takeDecisions()).toMatchObject([
      { type: 'KILL_JOB', diagnostics: expect.stringContaining('mapreduce.map.memory.mb') as string },
    ]);
    expect(allocator.requestor.takeNews().ask).toEqual([]);
  });

  it('a deallocated attempt is no longer asked for, whatever it was', () => {
    const { allocator, figures } = aStand();
    want(allocator, map(0), ['h1']);
    want(allocator, reduce(0));
    want(allocator, map(1));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    allocator.requestor.takeNews();
    for (const id of [map(0), map(1), reduce(0)]) allocator.deallocate(id);
    const news = allocator.requestor.takeNews();
    expect(asked(news.ask)).toEqual(['20 * 0']);
    expect(news.release).toEqual([cid(2)]);
    figures.completedMaps = 2;
    allocator.recalculate(0);
    expect(allocator.counts()).toMatchObject({ scheduledReduces: 0, assignedMaps: 0 });
  });

  it('a resync says every outstanding ask, release and avoided host again', () => {
    const { allocator } = aStand();
    allocator.answered(anAnswer({ numClusterNodes: 100 }), 0);
    want(allocator, map(0), ['h1']);
    allocator.requestor.release(cid(9));
    for (let i = 0; i < 3; i++) allocator.attemptFailed(map(90 + i), nodeId('bad', 1234));
    const first = allocator.requestor.takeNews();
    allocator.requestor.resync();
    const again = allocator.requestor.takeNews();
    expect({ ...again, ask: asked(again.ask) }).toEqual({ ...first, ask: asked(first.ask) });
    expect(again.blacklistAdditions).toEqual(['bad']);
  });

  it('a running limit caps the ask and leaves the count wanted alone', () => {
    const { allocator } = aStand({ runningMapLimit: 2 }, { numMaps: 5, numReduces: 0, completedMaps: 0 });
    for (let i = 0; i < 5; i++) want(allocator, map(i));
    allocator.recalculate(0);
    expect(asked(allocator.requestor.takeNews().ask)).toContain('20 * 2');
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    expect(asked(allocator.requestor.takeNews().ask)).toContain('20 * 1');
    allocator.answered(anAnswer({ completedContainersStatuses: [ended(2, 0)] }), 0);
    expect(asked(allocator.requestor.takeNews().ask)).toContain('20 * 2');
  });
});

describe('assigning', () => {
  it('whole passes: node-local first, then rack-local, then anywhere', () => {
    const { allocator } = aStand();
    want(allocator, map(0), ['h2']);
    want(allocator, map(1), ['h1']);
    want(allocator, map(2), []);
    const containers = [aContainer(2, 20, 'h3'), aContainer(3, 20, 'h1'), aContainer(4, 20, 'h2')];
    allocator.answered(anAnswer({ allocatedContainers: containers }), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([
      `${map(1)} ${cid(3)} DATA_LOCAL_MAPS`,
      `${map(0)} ${cid(4)} DATA_LOCAL_MAPS`,
      `${map(2)} ${cid(2)} OTHER_LOCAL_MAPS`,
    ]);
  });

  it('a rack the RM has told of makes a map rack-local', () => {
    const { allocator } = aStand();
    const node = { nodeId: nodeId('h3', 1234), rackName: '/r3', state: 'RUNNING' } as NodeReport;
    allocator.answered(anAnswer({ updatedNodes: [node] }), 0);
    allocator.request(
      { attemptId: map(0), capability: size, hosts: ['x'], racks: ['/r3'], earlierAttemptFailed: false },
      0,
    );
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20, 'h3')] }), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(0)} ${cid(2)} RACK_LOCAL_MAPS`]);
  });

  it.each([
    ['a container of an unknown priority', aContainer(2, 7)],
    ['a container for a kind that waits for none', aContainer(2, 10)],
    ['a container that is too small', aContainer(2, 20, 'h1', { memoryMb: 512, vcores: 1 })],
  ])('%s is released', (_, container) => {
    const { allocator } = aStand();
    want(allocator, map(0));
    allocator.requestor.takeNews();
    allocator.answered(anAnswer({ allocatedContainers: [container] }), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([]);
    expect(allocator.requestor.takeNews().release).toEqual([cid(2)]);
  });

  it('what comes too much is released', () => {
    const { allocator } = aStand();
    want(allocator, map(0));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20), aContainer(3, 20)] }), 0);
    expect(allocator.requestor.takeNews().release).toEqual([cid(3)]);
  });
});

describe('hosts that fail', () => {
  it('after three failures a host is avoided: its asks go, its containers are refused and asked for anew', () => {
    const { allocator } = aStand();
    allocator.answered(anAnswer({ numClusterNodes: 10 }), 0);
    want(allocator, map(0), ['h1']);
    allocator.requestor.takeNews();
    for (let i = 0; i < 3; i++) allocator.attemptFailed(map(90 + i), nodeId('h1', 1234));
    const news = allocator.requestor.takeNews();
    expect(news.blacklistAdditions).toEqual(['h1']);
    expect(asked(news.ask)).toEqual(['20 h1 0']);
    allocator.answered(anAnswer({ numClusterNodes: 10, allocatedContainers: [aContainer(2, 20, 'h1')] }), 0);
    const after = allocator.requestor.takeNews();
    expect(assigned(allocator.takeDecisions())).toEqual([]);
    expect(after.release).toEqual([cid(2)]);
    expect(asked(after.ask)).toEqual(['20 * 1', '20 /default-rack 1']);
  });

  it('from a third of the cluster on the list is not honoured, until the cluster grows', () => {
    const { allocator } = aStand();
    allocator.answered(anAnswer({ numClusterNodes: 10 }), 0);
    for (let i = 0; i < 3; i++) allocator.attemptFailed(map(90 + i), nodeId('h1', 1234));
    expect(allocator.requestor.takeNews().blacklistAdditions).toEqual(['h1']);
    allocator.answered(anAnswer({ numClusterNodes: 3 }), 0);
    expect(allocator.requestor.takeNews()).toMatchObject({ blacklistAdditions: [], blacklistRemovals: ['h1'] });
    expect(allocator.requestor.isBlacklisted('h1')).toBe(false);
    allocator.answered(anAnswer({ numClusterNodes: 4 }), 0);
    expect(allocator.requestor.takeNews().blacklistAdditions).toEqual(['h1']);
  });
});

describe('a retry', () => {
  const at = (host: string) => nodeId(host, 1234);
  /** Of two nodes and `others` maps that never failed; map 0 has failed on h1 as often as it says, and asks again. */
  function afterFailures(count: number, others = 0, settings: Partial<ContainerAllocatorSettings> = {}): Stand {
    const stand = aStand(settings, { numMaps: 10, numReduces: 1, completedMaps: 0 });
    const { allocator } = stand;
    allocator.answered(anAnswer({ numClusterNodes: 2 }), 0);
    for (let i = 0; i < count; i++) allocator.attemptFailed(map(0, i), at('h1'));
    for (let i = 1; i <= others; i++) want(allocator, map(i), ['h1']);
    want(allocator, map(0, count), ['h1'], true);
    allocator.recalculate(0);
    return stand;
  }
  const grant = (...allocatedContainers: Container[]) => anAnswer({ numClusterNodes: 2, allocatedContainers });

  it('takes the container of a node where its task has not failed', () => {
    const { allocator } = afterFailures(1);
    allocator.answered(grant(aContainer(2, 5, 'h1'), aContainer(3, 5, 'h2')), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(0, 1)} ${cid(3)} OTHER_LOCAL_MAPS`]);
    expect(allocator.requestor.takeNews().release).toEqual([cid(2)]);
  });

  it('that alone waits has its node left out at the RM, by id, until it has its container', () => {
    const { allocator } = afterFailures(1);
    expect(allocator.requestor.takeNews().blacklistAdditions).toEqual([at('h1')]);
    allocator.answered(grant(aContainer(3, 5, 'h2')), 0);
    expect(allocator.requestor.takeNews().blacklistRemovals).toEqual([at('h1')]);
  });

  it('refuses that node and asks again, whereupon another map takes the container it was offered', () => {
    const { allocator } = afterFailures(1, 1);
    expect(allocator.requestor.takeNews().blacklistAdditions).toEqual([]);
    allocator.answered(grant(aContainer(2, 5, 'h1')), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(1)} ${cid(2)} DATA_LOCAL_MAPS`]);
    const news = allocator.requestor.takeNews();
    expect(news).toMatchObject({ release: [], blacklistAdditions: [at('h1')] });
    expect(asked(news.ask)).toContain('5 * 1');
  });

  it('is left where it is by a container that becomes free on that node', () => {
    const { allocator } = afterFailures(1, 2);
    allocator.answered(grant(aContainer(2, 20, 'h1'), aContainer(3, 20, 'h2')), 0);
    allocator.takeDecisions();
    allocator.available(cid(2), map(1), 0);
    expect(allocator.takeDecisions()).toEqual([{ type: 'DISMISS', containerId: cid(2) }]);
    allocator.available(cid(3), map(2), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(0, 1)} ${cid(3)} OTHER_LOCAL_MAPS`]);
  });

  it('of a reduce goes elsewhere too', () => {
    const { allocator, figures } = aStand();
    allocator.attemptFailed(reduce(0), at('h1'));
    want(allocator, reduce(0, 1), [], true);
    figures.completedMaps = 2;
    allocator.answered(anAnswer({ numClusterNodes: 2 }), 0);
    allocator.answered(grant(aContainer(2, 10, 'h1')), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([]);
    allocator.answered(grant(aContainer(3, 10, 'h2')), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([`${reduce(0, 1)} ${cid(3)} -`]);
  });

  it.each([
    ['30 s after the first failure', 1, 29_999, false],
    ['30 s after the first failure', 1, 30_000, true],
    ['60 s after the second', 2, 59_999, false],
    ['60 s after the second', 2, 60_000, true],
  ])('takes any node %s (%d failures, %d ms)', (_, count, waitedMs, taken) => {
    const { allocator } = afterFailures(count);
    allocator.answered(grant(aContainer(2, 5, 'h1')), waitedMs);
    expect(assigned(allocator.takeDecisions())).toHaveLength(taken ? 1 : 0);
    expect(allocator.requestor.takeNews().blacklistAdditions).toEqual(taken ? [] : [at('h1')]);
  });

  it('that is the last waits for the container that the job has elsewhere', () => {
    const { allocator } = afterFailures(3, 1, {
      blacklist: { enabled: false, maxTaskFailuresPerTracker: 3, ignoreThresholdPercent: 33 },
    });
    allocator.answered(grant(aContainer(2, 20, 'h2')), 0);
    allocator.takeDecisions();
    allocator.answered(grant(aContainer(3, 5, 'h1')), 500_000);
    expect(assigned(allocator.takeDecisions())).toEqual([]);
    allocator.available(cid(2), map(1), 500_000);
    expect(assigned(allocator.takeDecisions())).toEqual([`${map(0, 3)} ${cid(2)} OTHER_LOCAL_MAPS`]);
  });

  it('that is the last does not wait for a reduce that may be waiting for it', () => {
    const { allocator, figures } = afterFailures(3, 0);
    figures.completedMaps = 9;
    want(allocator, reduce(0));
    allocator.recalculate(0);
    allocator.answered(grant(aContainer(2, 10, 'h2')), 0);
    expect(allocator.counts()).toMatchObject({ assignedReduces: 1 });
    allocator.answered(grant(aContainer(3, 5, 'h1')), 90_000);
    expect(assigned(allocator.takeDecisions())).toContain(`${map(0, 3)} ${cid(3)} OTHER_LOCAL_MAPS`);
  });

  it('of a map has reduces yield where it goes, and not where it does not, whatever room is left there', () => {
    const { allocator, figures } = aStand({}, { numMaps: 10, numReduces: 2, completedMaps: 9 });
    want(allocator, reduce(0));
    want(allocator, reduce(1));
    allocator.recalculate(0);
    allocator.answered(grant(aContainer(2, 10, 'h1'), aContainer(3, 10, 'h2')), 0);
    figures.completedMaps = 9;
    allocator.attemptFailed(map(0), at('h1'));
    want(allocator, map(0, 1), [], true);
    allocator.answered(grant(), 0);
    allocator.takeDecisions();
    allocator.answered(grant(), 1000);
    expect(allocator.takeDecisions()).toMatchObject([{ type: 'KILL_ATTEMPT', attemptId: reduce(1) }]);
  });

  it.each([
    ['its task has failed on all there are', anAnswer({ numClusterNodes: 2 })],
    [
      'the others are lost',
      anAnswer({
        numClusterNodes: 1,
        updatedNodes: [{ nodeId: at('h2'), rackName: '/r', state: 'LOST' } as NodeReport],
      }),
    ],
  ])('takes any node where %s', (_, answer) => {
    const { allocator } = afterFailures(1);
    allocator.attemptFailed(map(0, 1), at('h2'));
    allocator.answered({ ...answer, allocatedContainers: [aContainer(2, 5, 'h1')] }, 0);
    expect(assigned(allocator.takeDecisions())).toHaveLength(1);
  });

  it('takes any node at last where the RM offers nothing else, whatever it is asked', () => {
    const { allocator } = afterFailures(1);
    for (let n = 2; n < 12; n++) allocator.answered(grant(aContainer(n, 5, 'h1')), 0);
    expect(assigned(allocator.takeDecisions())).toEqual([]);
    allocator.answered(grant(aContainer(12, 5, 'h1')), 0);
    expect(assigned(allocator.takeDecisions())).toHaveLength(1);
  });
});

describe('the end of containers', () => {
  it.each([-100, -102, -108])('exit status %d kills the attempt', (exitStatus) => {
    const { allocator } = aStand();
    want(allocator, map(0));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    allocator.takeDecisions();
    allocator.answered(anAnswer({ completedContainersStatuses: [ended(2, exitStatus, 'lost')] }), 0);
    expect(allocator.takeDecisions()).toEqual([
      { type: 'KILL_ATTEMPT', attemptId: map(0), diagnostics: 'lost', reschedule: false },
    ]);
  });

  it('any other exit status completes the container, with its diagnostics', () => {
    const { allocator } = aStand();
    want(allocator, map(0));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    allocator.takeDecisions();
    allocator.answered(anAnswer({ completedContainersStatuses: [ended(2, -104, 'too much'), ended(7, 0)] }), 0);
    expect(allocator.takeDecisions()).toEqual([
      { type: 'COMPLETE_ATTEMPT', attemptId: map(0), diagnostics: 'too much' },
    ]);
    expect(allocator.counts().assignedMaps).toBe(0);
  });

  it('an unusable node kills what runs there, maps to be rescheduled, and the job is told', () => {
    const { allocator, figures } = aStand();
    want(allocator, map(0));
    want(allocator, reduce(0));
    figures.completedMaps = 1;
    allocator.answered(anAnswer(), 0);
    const containers = [aContainer(2, 20, 'h1'), aContainer(3, 10, 'h1')];
    allocator.answered(anAnswer({ allocatedContainers: containers }), 0);
    allocator.takeDecisions();
    const node = { nodeId: nodeId('h1', 1234), rackName: '/default-rack', state: 'LOST' } as NodeReport;
    allocator.answered(anAnswer({ updatedNodes: [node] }), 0);
    const decisions = allocator.takeDecisions();
    expect(decisions[0]).toEqual({ type: 'TELL_NODES', nodes: [node] });
    expect(decisions.slice(1)).toMatchObject([
      { type: 'KILL_ATTEMPT', attemptId: reduce(0), reschedule: false },
      { type: 'KILL_ATTEMPT', attemptId: map(0), reschedule: true },
    ]);
  });
});

describe('maps before reduces', () => {
  const full = { memoryMb: 0, vcores: 0 };

  it('reduces yield to a waiting map where there is no room, the least advanced first, and scheduled ones step back', () => {
    const { allocator, figures, progress } = aStand({}, { numMaps: 4, numReduces: 3, completedMaps: 4 });
    for (const n of [0, 1, 2]) want(allocator, reduce(n));
    allocator.recalculate(0);
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 10), aContainer(3, 10)] }), 0);
    progress.set(reduce(0), 0.9);
    progress.set(reduce(1), 0.2);
    allocator.takeDecisions();
    figures.completedMaps = 3;
    want(allocator, map(0, 1), [], true);
    allocator.recalculate(0);
    allocator.answered(anAnswer({ availableResources: full }), 1000);
    expect(allocator.takeDecisions()).toMatchObject([
      { type: 'KILL_ATTEMPT', attemptId: reduce(1), reschedule: false },
    ]);
    expect(allocator.counts()).toMatchObject({ scheduledReduces: 0, pendingReduces: 1 });
    allocator.answered(anAnswer({ availableResources: full }), 2000);
    expect(allocator.takeDecisions()).toEqual([]);
  });

  it('no reduce yields in the moment between the end of a map and the next grant', () => {
    const { allocator, figures } = aStand({}, { numMaps: 4, numReduces: 1, completedMaps: 4 });
    want(allocator, reduce(0));
    allocator.recalculate(0);
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 10)] }), 0);
    figures.completedMaps = 1;
    for (const n of [1, 2]) want(allocator, map(n));
    allocator.answered(anAnswer({ availableResources: full, allocatedContainers: [aContainer(3, 20)] }), 100);
    allocator.answered(anAnswer({ availableResources: full, completedContainersStatuses: [ended(3, 0)] }), 5000);
    allocator.takeDecisions();
    allocator.answered(anAnswer({ availableResources: full }), 5999);
    expect(allocator.takeDecisions()).toEqual([]);
    allocator.answered(anAnswer({ availableResources: full }), 6000);
    expect(allocator.takeDecisions()).toMatchObject([{ type: 'KILL_ATTEMPT', attemptId: reduce(0) }]);
  });

  it('a map that waited long makes reduces yield whatever headroom says', () => {
    const { allocator } = aStand({}, { numMaps: 1, numReduces: 1, completedMaps: 1 });
    want(allocator, reduce(0));
    allocator.recalculate(0);
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 10)] }), 0);
    want(allocator, map(0, 1), [], true);
    allocator.recalculate(0);
    allocator.takeDecisions();
    allocator.answered(anAnswer(), 300_000);
    expect(allocator.takeDecisions()).toEqual([]);
    allocator.answered(anAnswer(), 300_001);
    expect(allocator.takeDecisions()).toMatchObject([{ type: 'KILL_ATTEMPT', attemptId: reduce(0) }]);
  });
});

describe('reuse', () => {
  it('a free container takes the next map, data-local before older ones, and the ask shrinks', () => {
    const { allocator } = aStand();
    for (const [n, host] of [
      [0, 'h1'],
      [1, 'h2'],
      [2, 'h1'],
    ] as const) {
      want(allocator, map(n), [host]);
    }
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20, 'h1')] }), 0);
    allocator.takeDecisions();
    allocator.requestor.takeNews();
    allocator.available(cid(2), map(0), 0);
    expect(allocator.takeDecisions()).toMatchObject([
      { type: 'ASSIGN', attemptId: map(2), reused: true, locality: 'DATA_LOCAL_MAPS' },
    ]);
    expect(allocator.requestor.hasUrgentNews()).toBe(false);
    expect(asked(allocator.requestor.takeNews().ask)).toEqual(['20 * 1', '20 /default-rack 1', '20 h1 0']);
  });

  it('it goes back when nothing is scheduled, and its child is told', () => {
    const { allocator } = aStand();
    want(allocator, map(0));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    allocator.takeDecisions();
    allocator.available(cid(2), map(0), 0);
    expect(allocator.takeDecisions()).toEqual([{ type: 'DISMISS', containerId: cid(2) }]);
    expect(allocator.requestor.hasUrgentNews()).toBe(true);
    expect(allocator.requestor.takeNews().release).toEqual([cid(2)]);
    expect(allocator.counts().assignedMaps).toBe(0);
  });

  it.each([
    ['the RM wants it back', { preempted: true, reuse: true, other: size }],
    ['reuse is off', { preempted: false, reuse: false, other: size }],
    ['the next task is of another size', { preempted: false, reuse: true, other: { memoryMb: 2048, vcores: 1 } }],
  ])('it goes back when %s', (_, { preempted, reuse, other }) => {
    const { allocator, figures } = aStand({ reuseContainers: reuse });
    want(allocator, map(0));
    allocator.request(
      { attemptId: reduce(0), capability: other, hosts: [], racks: [], earlierAttemptFailed: false },
      0,
    );
    figures.completedMaps = 2;
    const preemptedContainers = preempted ? [cid(2)] : [];
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)], preemptedContainers }), 0);
    expect(allocator.counts().scheduledReduces).toBe(1);
    allocator.takeDecisions();
    allocator.available(cid(2), map(0), 0);
    expect(allocator.takeDecisions()).toEqual([{ type: 'DISMISS', containerId: cid(2) }]);
  });

  it('a container that carries another attempt by now stays with it', () => {
    const { allocator } = aStand();
    want(allocator, map(0));
    want(allocator, map(1));
    allocator.answered(anAnswer({ allocatedContainers: [aContainer(2, 20)] }), 0);
    allocator.available(cid(2), map(0), 0);
    allocator.takeDecisions();
    allocator.available(cid(2), map(0), 0);
    expect(allocator.takeDecisions()).toEqual([]);
    expect(allocator.counts().assignedMaps).toBe(1);
  });
});

describe('always', () => {
  type Step =
    | {
        kind: 'map' | 'failedMap' | 'reduce' | 'grant' | 'end' | 'fail' | 'free' | 'drop' | 'lose' | 'preempt';
        n: number;
      }
    | { kind: 'progress' };
  const kind = fc.constantFrom(
    ...(['map', 'failedMap', 'reduce', 'grant', 'grant', 'end', 'fail', 'free', 'drop', 'lose', 'preempt'] as const),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 9, arbitrary: fc.record({ kind, n: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'progress' } as const) },
  );

  /** A fake RM that keeps asks absolutely, as YARN does, and grants from them. */
  it('no two attempts in a container, none where its task failed, asks equal what is scheduled, every container held or given back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const { allocator, figures } = aStand({}, { numMaps: 20, numReduces: 20, completedMaps: 0 });
        const table = new Map<number, number>();
        const live = new Map<string, { container: Container; attempt?: TaskAttemptId }>();
        const waiting = new Set<TaskAttemptId>();
        const failedOn = new Map<TaskId, Set<NodeId>>();
        /** Grants before an attempt began to wait: after ten refusals it takes anything. */
        const before = new Map<TaskAttemptId, number>();
        let grants = 0;
        let attempts = 0;
        let containers = 1;
        const absorb = (): void => {
          for (const d of allocator.takeDecisions()) {
            if (d.type === 'ASSIGN') {
              const held = live.get(d.container.id);
              expect(held).toBeDefined();
              expect(held?.attempt).toBeUndefined();
              expect(waiting.delete(d.attemptId)).toBe(true);
              const failed = failedOn.get(taskOf(d.attemptId));
              const patient = grants - (before.get(d.attemptId) ?? 0) <= 10 && (failed?.size ?? 0) < 4;
              expect(patient && failed?.has(d.container.nodeId)).not.toBe(true);
              live.set(d.container.id, { container: d.container, attempt: d.attemptId });
            }
          }
          const news = allocator.requestor.takeNews();
          for (const r of news.ask) if (r.resourceName === '*') table.set(r.priority, r.numContainers);
          for (const id of news.release) {
            live.delete(id);
            allocator.requestor.confirmReleased(id);
          }
        };
        const wantNow = (id: TaskAttemptId, hosts: string[], failed: boolean): void => {
          waiting.add(id);
          before.set(id, grants);
          want(allocator, id, hosts, failed);
        };
        const pick = (n: number) => [...live.values()][n % Math.max(1, live.size)];
        for (const s of steps) {
          switch (s.kind) {
            case 'map':
            case 'failedMap':
            case 'reduce': {
              const id = s.kind === 'reduce' ? reduce(s.n, attempts++) : map(s.n, attempts++);
              wantNow(id, s.kind === 'map' ? [`h${s.n % 3}`] : [], s.kind === 'failedMap');
              break;
            }
            case 'grant': {
              const priority = [5, 10, 20][s.n % 3] ?? 20;
              grants++;
              const container = aContainer(++containers, priority, `h${s.n % 4}`);
              const wanted = table.get(priority) ?? 0;
              if (wanted > 0) table.set(priority, wanted - 1);
              live.set(container.id, { container });
              allocator.answered(anAnswer({ allocatedContainers: [container] }), 0);
              break;
            }
            case 'fail': {
              const held = pick(s.n);
              if (!held?.attempt) break;
              const { attempt, container } = held;
              live.delete(container.id);
              const failed = failedOn.get(taskOf(attempt)) ?? new Set<NodeId>();
              failedOn.set(taskOf(attempt), failed.add(container.nodeId));
              allocator.attemptFailed(attempt, container.nodeId);
              const { type, task } = parseTaskId(taskOf(attempt));
              wantNow(type === 'MAP' ? map(task, attempts++) : reduce(task, attempts++), [], true);
              const status = { containerId: container.id, state: 'COMPLETE' as const, exitStatus: 1, diagnostics: '' };
              allocator.answered(anAnswer({ completedContainersStatuses: [status] }), 0);
              break;
            }
            case 'end':
            case 'lose':
            case 'preempt': {
              const held = pick(s.n);
              if (!held) break;
              if (s.kind === 'preempt') {
                allocator.answered(anAnswer({ preemptedContainers: [held.container.id] }), 0);
                break;
              }
              live.delete(held.container.id);
              const status = {
                containerId: held.container.id,
                state: 'COMPLETE' as const,
                exitStatus: s.kind === 'end' ? 1 : -100,
                diagnostics: '',
              };
              allocator.answered(anAnswer({ completedContainersStatuses: [status] }), 0);
              break;
            }
            case 'free': {
              const held = pick(s.n);
              if (!held?.attempt) break;
              live.set(held.container.id, { container: held.container });
              allocator.available(held.container.id, held.attempt, 0);
              break;
            }
            case 'drop': {
              const id = [...waiting][s.n % Math.max(1, waiting.size)];
              if (!id) break;
              waiting.delete(id);
              allocator.deallocate(id);
              break;
            }
            case 'progress':
              figures.completedMaps = Math.min(20, figures.completedMaps + 1);
          }
          allocator.recalculate(0);
          absorb();
          const counts = allocator.counts();
          const sum = counts.scheduledMaps + counts.scheduledReduces;
          expect(allocator.requestor.asked(5, '*') + allocator.requestor.asked(20, '*')).toBe(counts.scheduledMaps);
          expect(allocator.requestor.asked(10, '*')).toBe(counts.scheduledReduces);
          expect([...table.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(sum);
          expect(sum + counts.pendingReduces).toBe(waiting.size);
          const carrying = [...live.values()].filter((h) => h.attempt !== undefined).length;
          expect(counts.assignedMaps + counts.assignedReduces).toBe(carrying);
          expect(live.size).toBe(carrying);
        }
      }),
      { numRuns: 300 },
    );
  });
});
