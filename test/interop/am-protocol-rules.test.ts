/**
 * The rules that an AppMaster keeps (docs/protocol), each broken over gRPC against a real RM and a real NM: what the error is, that it says what to do,
 * and that nothing has changed where a call was refused. Time stands still unless a rule is about time.
 */
import { containerLaunchContext, createAMRMProxy, createNMProxy, type AMRMProxy, type NMProxy } from '@bobbin/client';
import {
  ANY,
  applicationAttemptId,
  userName,
  YarnError,
  type AllocateRequest,
  type AllocateResponse,
  type ApplicationAttemptId,
  type ApplicationId,
  type Container,
  type ContainerId,
  type FailedRequest,
  type ResourceRequest,
  type Token,
} from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import { MiniCluster } from '@bobbin/minicluster';
import { fingerprint } from './support/fingerprint.js';

jest.setTimeout(30_000);

const EXPIRY_MS = 60_000;
const capability = { memoryMb: 128, vcores: 1 };
const launchContext = containerLaunchContext({ commands: ['exec sleep 1000'] });
const ask = (change: Partial<ResourceRequest> = {}): ResourceRequest => ({
  priority: 1,
  resourceName: ANY,
  capability,
  numContainers: 1,
  relaxLocality: true,
  executionType: 'GUARANTEED',
  allocationRequestId: -1,
  ...change,
});
const quiet = { ask: [], release: [], blacklistAdditions: [], blacklistRemovals: [], progress: 0 } as const;
const here = { host: 'am', rpcPort: 1, trackingUrl: '' };

/** An application whose AppMaster is the test, speaking the bare protocol. */
interface AM {
  readonly applicationId: ApplicationId;
  readonly attemptId: ApplicationAttemptId;
  readonly token: Token;
  readonly rm: AMRMProxy;
  /** The next call, with the right id. */
  allocate(change?: Partial<AllocateRequest>): Promise<AllocateResponse>;
  /** The id of the last answer. */
  lastId: number;
  readonly held: Container[];
  readonly nmTokens: Map<string, Token>;
  /** Of another application. */
  other?: AM;
}

let clock: ControlledClock;
let cluster: MiniCluster;
const open: { close(): void }[] = [];
beforeAll(async () => {
  clock = new ControlledClock();
  cluster = await MiniCluster.start({
    clock,
    nodes: 2,
    properties: { 'yarn.resourcemanager.rm.container-allocation.expiry-interval-ms': String(EXPIRY_MS) },
  });
});
afterAll(() => cluster.stop());
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  const yarn = cluster.yarnClient();
  const live = await yarn.getApplications({ applicationStates: ['ACCEPTED', 'RUNNING'] });
  await Promise.all(live.map(({ applicationId }) => yarn.killApplication(applicationId)));
  for (const { currentAttempt } of cluster.core.registry.apps.values()) {
    if (currentAttempt) await cluster.endAppMaster(currentAttempt.attemptId);
  }
  await cluster.until((rm) => rm.registry.containers.size === 0);
});

function connect(token: Token): AMRMProxy {
  const rm = createAMRMProxy(() => token, { conf: cluster.conf, address: cluster.rmAddress, maxWaitMs: 0 });
  open.push(rm);
  return rm;
}

async function launched(): Promise<AM> {
  const { applicationId, applicationAttemptId: attemptId } = await cluster.appMaster({ maxAppAttempts: 1 });
  const token = cluster.core.security.amRm.createToken(attemptId);
  const rm = connect(token);
  const am: AM = {
    applicationId,
    attemptId,
    token,
    rm,
    lastId: 0,
    held: [],
    nmTokens: new Map(),
    allocate: async (change = {}) => {
      const answer = await rm.allocate({ ...quiet, responseId: am.lastId, ...change });
      am.lastId = answer.responseId;
      am.held.push(...answer.allocatedContainers);
      for (const { nodeId, token: nmToken } of answer.nmTokens) am.nmTokens.set(nodeId, nmToken);
      return answer;
    },
  };
  return am;
}

async function registered(): Promise<AM> {
  const am = await launched();
  await am.rm.registerApplicationMaster(here);
  return am;
}

/** Has had two containers, one call ago, and waits for more than there is. */
async function holding(): Promise<AM> {
  const am = await registered();
  await am.allocate({ ask: [ask({ numContainers: 2 })], waitMs: 10_000 });
  while (am.held.length < 2) await am.allocate({ waitMs: 10_000 });
  await am.allocate({ ask: [ask({ priority: 9, capability: { memoryMb: 8192, vcores: 1 } })] });
  return am;
}

/** Beside another application that holds containers too. */
async function holdingBesideAnother(): Promise<AM> {
  const other = await holding();
  return Object.assign(await holding(), { other });
}

/** Has said its last word; its process is still there. */
async function finishing(): Promise<AM> {
  const am = await registered();
  while (!(await finish(am)).isUnregistered);
  return am;
}

/** Has said its last word, and its process has ended. */
async function finished(): Promise<AM> {
  const am = await finishing();
  await cluster.endAppMaster(am.attemptId);
  return am;
}

const finish = ({ rm }: AM) =>
  rm.finishApplicationMaster({ finalApplicationStatus: 'SUCCEEDED', diagnostics: '', trackingUrl: '' });

/** All that the RM decides by. */
function stateOfRM(): string {
  const { registry, schedulerService, amService } = cluster.core;
  const { apps, containers } = registry;
  return fingerprint({
    apps,
    containers,
    nodes: [...registry.nodes.keys()],
    schedulerService,
    scheduler: schedulerService.scheduler,
    amService,
  });
}

/** Lets time pass until this is so: for who waits a little before he calls again. */
async function passing<T>(until: Promise<T>): Promise<T> {
  let over = false;
  const settled = until.finally(() => (over = true));
  while (!over) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return settled;
}

/** What the call rejects with; it must. */
async function refusal(call: Promise<unknown>): Promise<YarnError> {
  const error = await call.then(
    () => new Error('the call was answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof YarnError)) throw error;
  return error;
}

interface Rule {
  readonly rule: string;
  readonly given: () => Promise<AM>;
  readonly breaks: (am: AM) => Promise<unknown>;
  readonly code: string;
  /** Hadoop's exception, without its package. */
  readonly hadoop: string;
  /** In the message: what is wrong, with its value, and what would be right. */
  readonly says: RegExp;
}

const UNKNOWN_ATTEMPT = {
  code: 'APPLICATION_ATTEMPT_NOT_FOUND',
  hadoop: 'ApplicationAttemptNotFoundException',
  says: /it is over, or never was; its AppMaster must exit/,
};
const OUT_OF_STEP = { code: 'INVALID_APPLICATION_MASTER_REQUEST', hadoop: 'InvalidApplicationMasterRequestException' };
const BAD_SIZE = { code: 'INVALID_RESOURCE_REQUEST', hadoop: 'InvalidResourceRequestException' };
const NOT_REGISTERED = { code: 'APPLICATION_MASTER_NOT_REGISTERED', hadoop: 'ApplicationMasterNotRegisteredException' };

const sized = (memoryMb: number, vcores: number) => (am: AM) =>
  am.allocate({ ask: [ask({ capability: { memoryMb, vcores } })] });

const rules: Rule[] = [
  {
    rule: 'an AM asks only after it has registered',
    given: launched,
    breaks: (am) => am.allocate({ ask: [ask()] }),
    ...NOT_REGISTERED,
    says: /allocate before registerApplicationMaster; register first/,
  },
  {
    rule: 'an AM finishes only after it has registered',
    given: launched,
    breaks: finish,
    ...NOT_REGISTERED,
    says: /finishApplicationMaster before registerApplicationMaster; register first/,
  },
  {
    rule: 'an attempt registers once',
    given: holding,
    breaks: (am) => am.rm.registerApplicationMaster(here),
    ...OUT_OF_STEP,
    says: /already registered.*go on with allocate and response id \d/,
  },
  {
    rule: 'a port is a port, or -1 for none',
    given: launched,
    breaks: (am) => am.rm.registerApplicationMaster({ ...here, rpcPort: 70_000 }),
    code: 'BAD_REQUEST',
    hadoop: 'YarnException',
    says: /70000 .*-1 means none/,
  },
  {
    rule: 'an id older than the last but one is out of step',
    given: holding,
    breaks: (am) => am.allocate({ responseId: am.lastId - 2, ask: [ask()] }),
    ...OUT_OF_STEP,
    says: /expect responseId to be (\d), but get \d; send the id of the last answer/,
  },
  {
    rule: 'an id that was never given is out of step',
    given: holding,
    breaks: (am) => am.allocate({ responseId: am.lastId + 1, ask: [ask()] }),
    ...OUT_OF_STEP,
    says: /expect responseId to be (\d), but get \d; send the id of the last answer/,
  },
  {
    rule: 'an AM releases only what it was given',
    given: holdingBesideAnother,
    breaks: (am) => am.allocate({ release: [am.held[0]!.id, am.other!.held[0]!.id], ask: [ask({ numContainers: 7 })] }),
    code: 'INVALID_CONTAINER_RELEASE',
    hadoop: 'InvalidContainerReleaseException',
    says: /does not belong to application attempt/,
  },
  { rule: 'memory is not negative', given: holding, breaks: sized(-1, 1), ...BAD_SIZE, says: /<memory:-1.*from 0 up/ },
  { rule: 'cores are not negative', given: holding, breaks: sized(128, -1), ...BAD_SIZE, says: /vCores:-1.*from 0 up/ },
  {
    rule: 'memory stays within the largest container',
    given: holding,
    breaks: sized(8193, 1),
    ...BAD_SIZE,
    says: /maximum allowed allocation=<memory:8192/,
  },
  {
    rule: 'cores stay within the largest container',
    given: holding,
    breaks: sized(128, 9),
    ...BAD_SIZE,
    says: /\[vcores\].*maximum-allocation-vcores/,
  },
  {
    rule: 'a count is not negative',
    given: holding,
    breaks: (am) => am.allocate({ ask: [ask({ numContainers: -1 })] }),
    code: 'BAD_REQUEST',
    hadoop: 'YarnException',
    says: /asks for -1 containers/,
  },
  {
    rule: 'an ask names a place',
    given: holding,
    breaks: (am) => am.allocate({ ask: [ask({ resourceName: '' })] }),
    code: 'BAD_REQUEST',
    hadoop: 'YarnException',
    says: /'\*' means any node/,
  },
  {
    rule: 'one bad ask spoils the call: neither the good one beside it, nor its releases and blacklist count',
    given: holding,
    breaks: (am) =>
      am.allocate({
        ask: [ask({ numContainers: 3 }), ask({ capability: { memoryMb: 99_999, vcores: 1 } })],
        release: am.held.map(({ id }) => id),
        blacklistAdditions: ['127.0.0.1'],
      }),
    ...BAD_SIZE,
    says: /greater than maximum/,
  },
  {
    rule: 'not everything can be avoided',
    given: holding,
    breaks: (am) => am.allocate({ blacklistAdditions: [ANY], ask: [ask()] }),
    code: 'INVALID_RESOURCE_BLACKLIST_REQUEST',
    hadoop: 'InvalidResourceBlacklistRequestException',
    says: /Cannot add '\*' to the blacklist/,
  },
  {
    rule: 'opportunistic containers are not to be had here',
    given: holding,
    breaks: (am) => am.allocate({ ask: [ask({ executionType: 'OPPORTUNISTIC' })] }),
    ...BAD_SIZE,
    says: /ask for GUARANTEED/,
  },
  {
    rule: 'node labels are not to be had here',
    given: holding,
    breaks: (am) => am.allocate({ ask: [ask({ nodeLabelExpression: 'gpu' })] }),
    ...BAD_SIZE,
    says: /'gpu': node labels are not enabled/,
  },
  {
    rule: 'who has finished asks no more',
    given: finished,
    breaks: (am) => am.allocate({ ask: [ask()] }),
    ...UNKNOWN_ATTEMPT,
  },
  {
    rule: 'who has finished does not come back',
    given: finished,
    breaks: (am) => am.rm.registerApplicationMaster(here),
    ...UNKNOWN_ATTEMPT,
  },
  {
    rule: 'who was killed asks no more',
    given: async () => {
      const am = await holding();
      await cluster.yarnClient().killApplication(am.applicationId);
      return am;
    },
    breaks: (am) => am.allocate({ ask: [ask()] }),
    ...UNKNOWN_ATTEMPT,
  },
  {
    rule: 'a token that was altered is nobody',
    given: holding,
    breaks: (am) =>
      connect({ ...am.token, password: Buffer.alloc(32) }).allocate({ ...quiet, responseId: am.lastId, ask: [ask()] }),
    code: 'INVALID_TOKEN',
    hadoop: 'SecretManager$InvalidToken',
    says: /was altered, or made with another secret/,
  },
  {
    rule: 'a token of another kind opens no door',
    given: holding,
    breaks: (am) => connect([...am.nmTokens.values()][0]!).allocate({ ...quiet, responseId: am.lastId }),
    code: 'INVALID_TOKEN',
    hadoop: 'SecretManager$InvalidToken',
    says: /'NMToken' shown where one of kind 'YARN_AM_RM_TOKEN' is needed/,
  },
];

test.each(rules)('at the RM: $rule', async ({ given, breaks, code, hadoop, says }) => {
  const am = await given();
  const before = stateOfRM();
  const error = await refusal(breaks(am));
  expect(error).toMatchObject({ code, retriable: false });
  expect(error.hadoopClass.endsWith(`.${hadoop}`)).toBe(true);
  expect(error.message).toMatch(says);
  expect(error.message).not.toMatch(/\.$/);
  expect(stateOfRM()).toBe(before);
  // Whoever may still speak goes on as if nothing had been.
  const report = await cluster.yarnClient().getApplicationReport(am.applicationId);
  if (report.state === 'RUNNING') {
    const answer = await am.allocate();
    expect(answer.completedContainersStatuses).toEqual([]);
    expect(answer.allocatedContainers).toEqual([]);
  }
});

describe('at the RM, what is no mistake', () => {
  test('a call that comes twice gets the answer of the first, and what it asks is not heard', async () => {
    const am = await registered();
    const first = await am.rm.allocate({
      ...quiet,
      responseId: 0,
      ask: [ask({ capability: { memoryMb: 8192, vcores: 4 } })],
    });
    const before = stateOfRM();
    const again = await am.rm.allocate({ ...quiet, responseId: 0, ask: [ask({ priority: 5 })], release: [] });
    expect(again).toEqual(first);
    expect(stateOfRM()).toBe(before);
  });

  test.each([
    [NaN, 0],
    [-1, 0],
    [-Infinity, 0],
    [Infinity, 1],
    [2, 1],
    [0.5, 0.5],
  ])('progress %p counts as %p', async (told, counted) => {
    const am = await registered();
    await am.allocate({ progress: 0.25 });
    await am.allocate({ progress: told });
    await cluster.until(() => true);
    expect(await cluster.yarnClient().getApplicationReport(am.applicationId)).toMatchObject({ progress: counted });
  });

  test('a release said twice, and one of a container that has ended', async () => {
    const am = await holding();
    const [first] = am.held;
    await am.allocate({ release: [first!.id] });
    await am.allocate();
    const before = stateOfRM();
    await am.allocate({ release: [first!.id] });
    expect(stateOfRM().split('\n')).toHaveLength(before.split('\n').length);
  });

  test('who finishes before its work is done is believed: its containers end, and nothing is given any more', async () => {
    const am = await holding();
    const nm = connectNM(am, am.held[0]!);
    await nm.startContainers({ requests: am.held.filter(({ nodeId }) => nodeId === am.held[0]!.nodeId).map(startOf) });
    expect(await finish(am)).toEqual({ isUnregistered: expect.any(Boolean) as boolean });
    await cluster.until((rm) => rm.registry.apps.get(am.applicationId)?.isFinalStored === true);
    expect(await finish(am)).toEqual({ isUnregistered: true });
    expect(await am.allocate({ ask: [ask()] })).toMatchObject({ allocatedContainers: [] });
    await cluster.endAppMaster(am.attemptId);
    await cluster.until(
      (rm) => ![...rm.registry.containers.keys()].some((id) => am.held.some((held) => held.id === id)),
    );
    expect(await cluster.yarnClient().getApplicationReport(am.applicationId)).toMatchObject({
      state: 'FINISHED',
      finalApplicationStatus: 'SUCCEEDED',
    });
  });

  test('finish said again says so again, and what it says then does not count', async () => {
    const am = await finishing();
    const again = { finalApplicationStatus: 'FAILED', diagnostics: 'changed my mind', trackingUrl: '' } as const;
    expect(await am.rm.finishApplicationMaster(again)).toEqual({ isUnregistered: true });
    expect(await cluster.yarnClient().getApplicationReport(am.applicationId)).toMatchObject({
      finalApplicationStatus: 'SUCCEEDED',
      diagnostics: '',
    });
  });
});

// ---- at the NM

const startOf = (container: Container) => ({
  containerLaunchContext: launchContext,
  containerToken: container.containerToken!,
});

function connectNM(am: Pick<AM, 'nmTokens'>, { nodeId }: Pick<Container, 'nodeId'>, token?: Token): NMProxy {
  const nm = createNMProxy(nodeId, () => token ?? am.nmTokens.get(nodeId)!, { conf: cluster.conf, maxWaitMs: 0 });
  open.push(nm);
  return nm;
}

const altered = (token: Token, what: 'identifier' | 'password'): Token => {
  const bytes = Buffer.from(token[what]);
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
  return { ...token, [what]: bytes };
};

/** What a node knows of containers of this application: id, state. */
async function stateOfNodes(am: AM): Promise<unknown> {
  const known: unknown[] = [];
  for (const container of am.held) {
    const { statuses, failed } = await connectNM(am, container).getContainerStatuses({ containerIds: [container.id] });
    known.push(
      statuses.map(({ containerId, state }) => [containerId, state]),
      failed.map((f) => f.exception.className),
    );
  }
  return known;
}

interface NodeRule {
  readonly rule: string;
  readonly given?: () => Promise<AM>;
  readonly breaks: (am: AM, container: Container) => Promise<unknown>;
  readonly hadoop: string;
  readonly says: RegExp;
}

/** The one failure in an answer that has failures beside what succeeded. */
async function oneFailed(
  call: Promise<{ readonly failed: readonly FailedRequest[]; readonly succeeded: readonly ContainerId[] }>,
) {
  const { failed, succeeded } = await call;
  expect(succeeded).toEqual([]);
  expect(failed).toHaveLength(1);
  const { message, className } = failed[0]!.exception;
  throw new YarnError(message, { code: 'IN_ANSWER', status: 'INTERNAL', hadoopClass: className });
}

const INVALID_TOKEN = { hadoop: 'SecretManager$InvalidToken' };

const nodeRules: NodeRule[] = [
  {
    rule: 'a container token lasts as long as its allocation',
    breaks: (am, container) => {
      clock.advance(EXPIRY_MS + 1000);
      return connectNM(am, container).startContainers({ requests: [startOf(container)] });
    },
    ...INVALID_TOKEN,
    says: /expired/,
  },
  ...(['identifier', 'password'] as const).map((what) => ({
    rule: `a container token whose ${what} was altered is none`,
    breaks: (am: AM, container: Container) => {
      const containerToken = altered(container.containerToken!, what);
      return connectNM(am, container).startContainers({
        requests: [{ containerLaunchContext: launchContext, containerToken }],
      });
    },
    ...INVALID_TOKEN,
    says: /altered|unknown|cannot be read|is not/,
  })),
  {
    rule: 'a container is started on its own node',
    breaks: (am, container) => {
      const elsewhere = am.held.find(({ nodeId }) => nodeId !== container.nodeId)!;
      return connectNM(am, elsewhere).startContainers({ requests: [startOf(container)] });
    },
    ...INVALID_TOKEN,
    says: /ContainerToken of container_.* is for 127.0.0.1:\d+, and this is 127.0.0.1:\d+/,
  },
  {
    rule: 'a container is started by its own application',
    given: holdingBesideAnother,
    breaks: (am, container) => {
      const theirs = am.other!.held.find(({ nodeId }) => nodeId === container.nodeId)!;
      return oneFailed(connectNM(am, container).startContainers({ requests: [startOf(theirs)] }));
    },
    hadoop: 'AccessControlException',
    says: /NMToken for application attempt : .* was used for starting container with container token issued for/,
  },
  {
    rule: 'an NM token is for one node',
    breaks: (am, container) => {
      const elsewhere = [...am.nmTokens].find(([nodeId]) => nodeId !== container.nodeId)![1];
      return connectNM(am, container, elsewhere).startContainers({ requests: [startOf(container)] });
    },
    ...INVALID_TOKEN,
    says: /NMToken/,
  },
  {
    rule: "the RM's token opens no node",
    breaks: (am, container) => connectNM(am, container, am.token).startContainers({ requests: [startOf(container)] }),
    ...INVALID_TOKEN,
    says: /'YARN_AM_RM_TOKEN' shown where one of kind 'NMToken' is needed/,
  },
  {
    rule: 'a container is started once: the next attempt cannot start it again',
    given: async () => {
      const am = await holding();
      await connectNM(am, am.held[0]!).startContainers({ requests: [startOf(am.held[0]!)] });
      return am;
    },
    breaks: (am, container) => {
      const next = applicationAttemptId(am.applicationId, 2);
      const { token } = cluster.core.security.nmToken(next, container.nodeId, userName(process.env));
      return oneFailed(connectNM(am, container, token).startContainers({ requests: [startOf(container)] }));
    },
    ...INVALID_TOKEN,
    says: /was already started: a token starts one container once/,
  },
  {
    rule: 'a service that the node does not have is not given data',
    breaks: (am, container) => {
      const context = { ...launchContext, serviceData: { my_service: Buffer.from('x') } };
      const requests = [{ containerLaunchContext: context, containerToken: container.containerToken! }];
      return oneFailed(connectNM(am, container).startContainers({ requests }));
    },
    hadoop: 'InvalidContainerException',
    says: /my_service does not exist on this node; yarn.nodemanager.aux-services lists/,
  },
  {
    rule: "another's container is not stopped",
    given: holdingBesideAnother,
    breaks: (am, container) => {
      const theirs = am.other!.held.find(({ nodeId }) => nodeId === container.nodeId)!;
      return oneFailed(connectNM(am, container).stopContainers({ containerIds: [theirs.id] }));
    },
    hadoop: 'AccessControlException',
    says: /attempted to stop container .*, which is not its own/,
  },
  {
    rule: 'a container that never was is not stopped',
    breaks: (am, container) => oneFailed(connectNM(am, container).stopContainers({ containerIds: [container.id] })),
    hadoop: 'ContainerNotFoundException',
    says: /doesn't exist/,
  },
  {
    rule: 'a container that never was gets no signal',
    breaks: (am, container) =>
      connectNM(am, container).signalToContainer({ containerId: container.id, command: 'GRACEFUL_SHUTDOWN' }),
    hadoop: 'ContainerNotFoundException',
    says: /doesn't exist/,
  },
  {
    rule: 'a container that an earlier RM gave is not started',
    breaks: async (am, container) => {
      clock.advance(1);
      await cluster.restartResourceManager();
      await passing(cluster.until((rm) => rm.registry.nodes.size === 2));
      await oneFailed(connectNM(am, container).startContainers({ requests: [startOf(container)] }));
    },
    hadoop: 'InvalidContainerException',
    says: /allocated by a previous RM/,
  },
];

test.each(nodeRules)('at the NM: $rule', async ({ given = holding, breaks, hadoop, says }) => {
  const am = await given();
  const [container] = am.held;
  const before = await stateOfNodes(am);
  const error = await refusal(breaks(am, container!));
  expect(error.hadoopClass.endsWith(`.${hadoop}`)).toBe(true);
  expect(error.message).toMatch(says);
  expect(error.message).not.toMatch(/\.$/);
  expect(await stateOfNodes(am)).toEqual(before);
});

test('at the NM, what is no mistake: a start said twice is answered yes, and starts nothing', async () => {
  const am = await holding();
  const [container] = am.held;
  const nm = connectNM(am, container!);
  for (let i = 0; i < 2; i++) {
    expect(await nm.startContainers({ requests: [startOf(container!)] })).toMatchObject({
      succeeded: [container!.id],
      failed: [],
    });
  }
  await nm.stopContainers({ containerIds: [container!.id] });
  expect(await nm.startContainers({ requests: [startOf(container!)] })).toMatchObject({ succeeded: [container!.id] });
  await cluster.until((rm) => rm.registry.containers.get(container!.id) === undefined);
});
