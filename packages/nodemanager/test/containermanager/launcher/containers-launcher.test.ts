/** ContainersLauncher after a restart: whatever the moment of a stop, the process an earlier NodeManager left is signalled. */
import { containerId, Dispatcher, type NodeId, type ProcessIdentity } from '@bobbin/common';
import { ControlledClock, recordingLogger } from '@bobbin/common/testing';
import type { ContainerExecutor } from '../../../src/container-executor.js';
import { ContainerManagerService } from '../../../src/containermanager/container-manager-service.js';
import { ContainersLauncher } from '../../../src/containermanager/launcher/containers-launcher.js';
import { RecentlyStoppedContainers } from '../../../src/containermanager/recently-stopped-containers.js';
import { localNodeFiles } from '../../../src/local-node-files.js';
import type { NMContext } from '../../../src/nm-context.js';
import type { NMEvent } from '../../../src/nm-events.js';
import { MemoryNMStateStore } from '../../../src/recovery/memory-nm-state-store.js';
import type { RecoveredApplication } from '../../../src/recovery/recover-applications.js';
import { APP, ATTEMPT, launchContext } from '../../node-stand.js';

const ID = containerId(ATTEMPT, 1);
const LEFT: ProcessIdentity = { pid: 4_000_000, startTicks: 1 };
const RECOVERED: RecoveredApplication = {
  application: { applicationId: APP, user: 'alice' },
  containers: [
    {
      request: {
        containerId: ID,
        applicationId: APP,
        token: {
          containerId: ID,
          nodeId: 'node:1' as NodeId,
          user: 'alice',
          resource: { memoryMb: 256, vcores: 1 },
          expiryTimeMs: 0,
          masterKeyId: 1,
          rmIdentifier: 1,
          priority: 20,
          creationTimeMs: 0,
          containerType: 'TASK',
          executionType: 'GUARANTEED',
          version: 0,
          allocationRequestId: -1,
        },
        launchContext: launchContext('sleep 1000'),
        startedAtMs: 0,
        recovered: { as: 'LAUNCHED', place: { workDir: '/w', logDir: '/l', pidFile: '/p' }, process: LEFT },
      },
      diagnostics: '',
    },
  ],
};

/** A NodeManager that has just started again: the folders of its application are not ready, and never will be. */
class Stand {
  readonly clock = new ControlledClock();
  readonly dispatcher = new Dispatcher<NMEvent>();
  readonly store = new MemoryNMStateStore();
  readonly context: NMContext;
  readonly signals: string[] = [];
  readonly manager: ContainerManagerService;
  end: (exitCode: number) => void = () => undefined;

  constructor() {
    const { clock, dispatcher, store } = this;
    this.context = {
      clock,
      dispatcher,
      store,
      log: recordingLogger(),
      applications: new Map(),
      containers: new Map(),
      identity: () => ({ nodeId: 'node:1' as NodeId, httpPort: 1 }),
    };
    const refuse = (): never => {
      throw new Error('nothing is started here');
    };
    this.manager = new ContainerManagerService({
      context: this.context,
      tokens: { verify: refuse },
      auxServices: { has: () => false, metadata: () => ({}) },
      recentlyStopped: new RecentlyStoppedContainers(clock, store),
      rmIdentifier: () => 1,
      maxDiagnosticsChars: 10_000,
    });
    const launcher = new ContainersLauncher({
      context: this.context,
      executor: this.executor(refuse),
      files: localNodeFiles,
      dirs: { localDirForWrite: refuse, logDirForWrite: refuse, goodLocalDirs: [], goodLogDirs: [] },
      auxServices: { metadata: () => ({}) },
      whitelistedEnvironment: {},
      userHomeDir: '/',
      sleepDelayBeforeSigkillMs: 250,
      stderrTailBytes: 1,
      stderrPattern: '*',
    });
    dispatcher.on('application', (event) => this.manager.handleApplication(event));
    dispatcher.on('container', (event) => this.manager.handleContainer(event));
    dispatcher.on('launcher', (event) => launcher.handle(event));
    for (const domain of ['localizer', 'loghandler', 'monitor', 'auxservices', 'node'] as const) {
      dispatcher.on(domain, () => undefined);
    }
    dispatcher.onTurnEnd(() => store.commit());
    this.manager.adopt(RECOVERED);
  }

  private executor(launch: () => never): ContainerExecutor {
    const exited = new Promise<number>((resolve) => (this.end = resolve));
    return {
      launch,
      reacquire: () => ({ started: Promise.resolve(LEFT), exited }),
      signal: ({ pid }, signal) => this.signals.push(`${signal} ${pid}`) > 0,
    };
  }
}

test('no signal is sent before the reason of the kill is durable', async () => {
  const stand = new Stand();
  await stand.dispatcher.drained();
  const signalsBeforeCommit: number[] = [];
  const commit = stand.store.commit.bind(stand.store);
  jest.spyOn(stand.store, 'commit').mockImplementation(() => {
    signalsBeforeCommit.push(stand.signals.length);
    commit();
  });
  const kill = { type: 'KILL_CONTAINER', exitStatus: -105, diagnostics: 'stopped' } as const;
  stand.dispatcher.dispatch({ domain: 'container', containerId: ID, ...kill });
  await stand.dispatcher.drained();
  expect(signalsBeforeCommit[0]).toBe(0);
  expect(stand.signals).toEqual([`TERM ${LEFT.pid}`, `CONT ${LEFT.pid}`]);
});

test('a stop that comes before the application is ready again ends the process that ran on', async () => {
  const stand = new Stand();
  const { succeeded } = await stand.manager.stopContainers(
    { containerIds: [ID] },
    { kind: 'attempt', applicationAttemptId: ATTEMPT, keyId: 1 },
  );
  expect(succeeded).toEqual([ID]);
  expect(stand.store.rows('kills').get(ID)).toMatchObject({ exitStatus: -105 });
  await stand.dispatcher.drained();
  expect(stand.signals).toEqual([`TERM ${LEFT.pid}`, `CONT ${LEFT.pid}`]);
  stand.clock.advance(250);
  expect(stand.signals.at(-1)).toBe(`KILL ${LEFT.pid}`);
  expect(stand.context.containers.get(ID)?.state).toBe('KILLING');
  stand.dispatcher.dispatch({
    domain: 'container',
    type: 'INIT_CONTAINER',
    containerId: ID,
    resources: [],
  });
  await stand.dispatcher.drained();
  expect(stand.context.containers.get(ID)?.state).toBe('KILLING');
});
