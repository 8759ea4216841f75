/** The container machine's decisions: rows of events, and what holds for every row. */
import fc from 'fast-check';
import { begin, ContainerExitStatus, decide, type ContainerId } from '@bobbin/common';
import {
  containerMachine,
  NEVER_RETRY,
  type ContainerEffect,
  type ContainerEvent,
  type ContainerInput,
  type ContainerRetryPolicy,
} from '../../../src/containermanager/container/container-machine.js';
import {
  applicationMachine,
  type ApplicationEffect,
  type ApplicationEvent,
} from '../../../src/containermanager/application/application-machine.js';
import {
  localizedResourceMachine,
  type LocalizedResourceEffect,
  type LocalizedResourceEvent,
} from '../../../src/containermanager/localizer/localized-resource-machine.js';
import { launchContext } from '../../node-stand.js';

const init = (...resources: string[]): ContainerEvent => ({ type: 'INIT_CONTAINER', resources });
const localized = (resource: string): ContainerEvent => ({
  type: 'RESOURCE_LOCALIZED',
  resource,
  path: `/cache/${resource}`,
  sizeBytes: 1,
  cached: false,
});
const kill = (exitStatus: number): ContainerEvent => ({ type: 'KILL_CONTAINER', exitStatus, diagnostics: 'killed' });
const failed = (exitStatus: number, atMs = 0): ContainerEvent => ({
  type: 'CONTAINER_EXITED_WITH_FAILURE',
  exitStatus,
  diagnostics: `exit ${exitStatus}`,
  atMs,
});
const killedOnRequest = (exitStatus: number): ContainerEvent => ({
  type: 'CONTAINER_KILLED_ON_REQUEST',
  exitStatus,
  diagnostics: 'by request',
  atMs: 0,
});
const launched: ContainerEvent = { type: 'CONTAINER_LAUNCHED' };
const succeeded: ContainerEvent = { type: 'CONTAINER_EXITED_WITH_SUCCESS' };
const cleanedUp: ContainerEvent = { type: 'CONTAINER_RESOURCES_CLEANEDUP' };
type Recovered = NonNullable<ContainerInput['recovered']>;
const NEXT = launchContext('next');
const reinit = (...resources: string[]): ContainerEvent => ({
  type: 'REINITIALIZE_CONTAINER',
  launchContext: NEXT,
  resources,
  keepPrevious: true,
});

function run(
  events: readonly ContainerEvent[],
  retry: ContainerRetryPolicy = NEVER_RETRY,
  maxDiagnosticsChars = 10_000,
  recovered?: ContainerInput['recovered'],
) {
  let snapshot = begin(containerMachine, {
    launchContext: launchContext('first'),
    resource: { memoryMb: 1, vcores: 1 },
    version: 0,
    retry,
    maxDiagnosticsChars,
    ...(recovered === undefined ? {} : { recovered }),
  });
  const effects: ContainerEffect[] = [];
  const states = [snapshot.value];
  for (const event of events) {
    const [next, more] = decide(containerMachine, snapshot, event);
    snapshot = next;
    effects.push(...more);
    states.push(snapshot.value);
  }
  return { state: snapshot.value, context: snapshot.context, effects: effects.map((e) => e.type), states };
}

describe('a container', () => {
  test.each<[what: string, events: ContainerEvent[], state: string, exitStatus: number, effects: string[]]>([
    [
      'without resources launches at once and ends well',
      [init(), launched, succeeded, cleanedUp],
      'DONE',
      0,
      ['INIT_AUX_SERVICES', 'LAUNCH', 'START_MONITORING', 'STOP_MONITORING', 'CLEANUP_RESOURCES', 'FINISH'],
    ],
    [
      'waits for every resource',
      [init('a', 'b'), localized('a'), localized('b')],
      'SCHEDULED',
      -1000,
      ['INIT_AUX_SERVICES', 'REQUEST_RESOURCES', 'LAUNCH'],
    ],
    [
      'of which one resource fails never launches',
      [init('a', 'b'), { type: 'RESOURCE_FAILED', resource: 'b', diagnostics: 'no b' }, localized('a'), cleanedUp],
      'DONE',
      -1000,
      ['INIT_AUX_SERVICES', 'REQUEST_RESOURCES', 'CLEANUP_RESOURCES', 'FINISH'],
    ],
    ['killed before it began is over', [kill(-105)], 'DONE', -105, ['FINISH']],
    [
      'killed while it waits for resources has no process to kill',
      [init('a'), kill(-105), localized('a'), cleanedUp],
      'DONE',
      -105,
      ['INIT_AUX_SERVICES', 'REQUEST_RESOURCES', 'CLEANUP_RESOURCES', 'FINISH'],
    ],
    [
      'killed keeps the reason of the kill, whatever the process ends with',
      [init(), launched, kill(-104), kill(-105), failed(1), cleanedUp],
      'DONE',
      -104,
      [
        'INIT_AUX_SERVICES',
        'LAUNCH',
        'START_MONITORING',
        'KILL_PROCESS',
        'STOP_MONITORING',
        'CLEANUP_RESOURCES',
        'FINISH',
      ],
    ],
    [
      'killed, and clean by chance, keeps the reason too',
      [init(), launched, kill(-107), succeeded, cleanedUp],
      'DONE',
      -107,
      [
        'INIT_AUX_SERVICES',
        'LAUNCH',
        'START_MONITORING',
        'KILL_PROCESS',
        'STOP_MONITORING',
        'CLEANUP_RESOURCES',
        'FINISH',
      ],
    ],
    [
      'killed by somebody else has the code of the signal',
      [init(), launched, killedOnRequest(137), cleanedUp],
      'DONE',
      137,
      ['INIT_AUX_SERVICES', 'LAUNCH', 'START_MONITORING', 'STOP_MONITORING', 'CLEANUP_RESOURCES', 'FINISH'],
    ],
    [
      're-initialised swaps its launch context once the old process is gone',
      [init(), launched, reinit('x'), localized('x'), killedOnRequest(143), launched],
      'RUNNING',
      -1000,
      [
        'INIT_AUX_SERVICES',
        'LAUNCH',
        'START_MONITORING',
        'REQUEST_RESOURCES',
        'KILL_PROCESS',
        'STOP_MONITORING',
        'LAUNCH',
        'START_MONITORING',
      ],
    ],
    [
      'paused and resumed is running',
      [
        init(),
        launched,
        { type: 'PAUSE_CONTAINER' },
        { type: 'CONTAINER_PAUSED' },
        { type: 'RESUME_CONTAINER' },
        { type: 'CONTAINER_RESUMED' },
      ],
      'RUNNING',
      -1000,
      ['INIT_AUX_SERVICES', 'LAUNCH', 'START_MONITORING', 'PAUSE_PROCESS', 'RESUME_PROCESS'],
    ],
  ])('%s', (_, events, state, exitStatus, effects) => {
    const result = run(events);
    expect([result.state, result.context.exitStatus, result.effects]).toEqual([state, exitStatus, effects]);
  });

  const completed = { as: 'COMPLETED', exitStatus: 7 } as const;
  const running = { as: 'LAUNCHED' } as const;
  const aside = ['STOP_MONITORING', 'CLEANUP_RESOURCES', 'FINISH'];
  test.each<
    [what: string, recovered: Recovered, events: ContainerEvent[], state: string, status: number, effects: string[]]
  >([
    ['that had completed is told again', completed, [init('a')], 'DONE', 7, ['FINISH']],
    ['that had completed is not killed any more', completed, [kill(-105), init('a')], 'DONE', 7, ['FINISH']],
    [
      'that ran on is not localized again',
      running,
      [init('a'), launched],
      'RUNNING',
      -1000,
      ['INIT_AUX_SERVICES', 'LAUNCH', 'START_MONITORING'],
    ],
    [
      'that ran on and is killed before it began again has a process to kill',
      running,
      [kill(-105), init('a'), launched, killedOnRequest(137), cleanedUp],
      'DONE',
      -105,
      ['LAUNCH', 'KILL_PROCESS', ...aside],
    ],
    [
      'that ran on, and whose process turns out to be gone, keeps the reason of the kill',
      running,
      [kill(-105), failed(154), init('a'), cleanedUp],
      'DONE',
      -105,
      ['LAUNCH', 'KILL_PROCESS', ...aside],
    ],
    ['that had only been asked for is over when killed', { as: 'REQUESTED' }, [kill(-105)], 'DONE', -105, ['FINISH']],
  ])('of an earlier NodeManager %s', (_, recovered, events, state, exitStatus, effects) => {
    const result = run(events, NEVER_RETRY, 10_000, recovered);
    expect([result.state, result.context.exitStatus, result.effects]).toEqual([state, exitStatus, effects]);
  });

  test('whose new launch context fails goes back to the one before', () => {
    const { state, context } = run([init(), launched, reinit(), killedOnRequest(143), launched, failed(1)]);
    expect([state, context.launchContext.commands]).toEqual(['SCHEDULED', ['first']]);
  });

  test.each<[what: string, retry: Partial<ContainerRetryPolicy>, failures: ContainerEvent[], state: string]>([
    ['never', {}, [failed(1)], 'EXITED_WITH_FAILURE'],
    ['on any error', { policy: 'RETRY_ON_ALL_ERRORS', maxRetries: 1 }, [failed(1)], 'RELAUNCHING'],
    [
      'as often as allowed',
      { policy: 'RETRY_ON_ALL_ERRORS', maxRetries: 1 },
      [failed(1), launched, failed(1)],
      'EXITED_WITH_FAILURE',
    ],
    ['for ever', { policy: 'RETRY_ON_ALL_ERRORS', maxRetries: -1 }, [failed(1), launched, failed(2)], 'RELAUNCHING'],
    [
      'on a listed error',
      { policy: 'RETRY_ON_SPECIFIC_ERROR_CODES', errorCodes: [3], maxRetries: 9 },
      [failed(3)],
      'RELAUNCHING',
    ],
    [
      'not on another',
      { policy: 'RETRY_ON_SPECIFIC_ERROR_CODES', errorCodes: [3], maxRetries: 9 },
      [failed(4)],
      'EXITED_WITH_FAILURE',
    ],
    [
      'again, where the last failure is long ago',
      { policy: 'RETRY_ON_ALL_ERRORS', maxRetries: 1, failuresValidityIntervalMs: 100 },
      [failed(1, 0), launched, failed(1, 101)],
      'RELAUNCHING',
    ],
    [
      'not after a kill',
      { policy: 'RETRY_ON_ALL_ERRORS', maxRetries: 9 },
      [killedOnRequest(137)],
      'EXITED_WITH_FAILURE',
    ],
  ])('is started again %s', (_, retry, failures, state) => {
    expect(run([init(), launched, ...failures], { ...NEVER_RETRY, ...retry }).state).toBe(state);
  });

  test('keeps the newest characters of its diagnostics', () => {
    const say = (diagnostics: string): ContainerEvent => ({ type: 'UPDATE_DIAGNOSTICS_MSG', diagnostics });
    expect(run([say('first'), say('second')], NEVER_RETRY, 10).context.diagnostics).toBe('st\nsecond\n');
  });

  const anyEvent = fc.constantFrom<ContainerEvent>(
    init(),
    init('a', 'b'),
    { type: 'INIT_CONTAINER', resources: [], invalid: 'no' },
    localized('a'),
    localized('b'),
    { type: 'RESOURCE_FAILED', resource: 'a', diagnostics: 'x' },
    launched,
    succeeded,
    failed(1),
    killedOnRequest(143),
    kill(-105),
    cleanedUp,
    reinit(),
    reinit('c'),
    { type: 'PAUSE_CONTAINER' },
    { type: 'CONTAINER_PAUSED' },
    { type: 'RESUME_CONTAINER' },
    { type: 'CONTAINER_RESUMED' },
  );

  test('whatever happens: DONE is for ever, told once, and an exit status once set stays', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        const { states, effects } = run(events);
        const done = states.indexOf('DONE');
        if (done >= 0) expect(states.slice(done).every((state) => state === 'DONE')).toBe(true);
        expect(effects.filter((effect) => effect === 'FINISH')).toHaveLength(done >= 0 ? 1 : 0);
        const statuses = events.map((_, n) => run(events.slice(0, n + 1)).context.exitStatus);
        const first = statuses.find((status) => status !== ContainerExitStatus.INVALID);
        expect(new Set(statuses.filter((status) => status !== ContainerExitStatus.INVALID)).size).toBeLessThanOrEqual(
          first === undefined ? 0 : 1,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('an application', () => {
  const id = (n: number): ContainerId => `container_1_0001_01_00000${n}` as ContainerId;
  const anyEvent = fc.oneof(
    fc.constantFrom<ApplicationEvent>(
      { type: 'INIT_APPLICATION' },
      { type: 'APPLICATION_LOG_HANDLING_INITED' },
      { type: 'APPLICATION_LOG_HANDLING_FAILED' },
      { type: 'APPLICATION_INITED' },
      { type: 'FINISH_APPLICATION', diagnostics: 'over' },
      { type: 'APPLICATION_RESOURCES_CLEANEDUP' },
      { type: 'APPLICATION_LOG_HANDLING_FINISHED' },
    ),
    fc.record({
      type: fc.constantFrom('INIT_CONTAINER' as const, 'APPLICATION_CONTAINER_FINISHED' as const),
      container: fc.constantFrom(id(1), id(2)),
    }),
  );

  test('whatever happens: it cleans up once, only without containers, and after that refuses each new one', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        let snapshot = begin(applicationMachine);
        const all: ApplicationEffect['type'][] = [];
        for (const event of events) {
          const ending = snapshot.value === 'APPLICATION_RESOURCES_CLEANINGUP' || snapshot.value === 'FINISHED';
          const [next, effects] = decide(applicationMachine, snapshot, event);
          snapshot = next;
          const types = effects.map((effect) => effect.type);
          all.push(...types);
          if (types.includes('CLEANUP_RESOURCES')) expect(snapshot.context.containers).toEqual([]);
          if (ending && event.type === 'INIT_CONTAINER') expect(types).toEqual(['KILL_CONTAINERS']);
        }
        expect(all.filter((type) => type === 'CLEANUP_RESOURCES').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a localized resource', () => {
  const id = (n: number): ContainerId => `container_1_0001_01_00000${n}` as ContainerId;
  const anyEvent = fc.oneof(
    fc.record({
      type: fc.constantFrom('REQUEST' as const, 'RELEASE' as const),
      container: fc.constantFrom(id(1), id(2), id(3)),
    }),
    fc.constantFrom<LocalizedResourceEvent>(
      { type: 'LOCALIZED', path: '/p', sizeBytes: 1 },
      { type: 'LOCALIZATION_FAILED', diagnostics: 'x' },
    ),
  );

  test('whatever happens: it is fetched once, and lent as often as it was asked for and not released', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        let snapshot = begin(localizedResourceMachine);
        const all: LocalizedResourceEffect['type'][] = [];
        const lent: ContainerId[] = [];
        for (const event of events) {
          const open = snapshot.value !== 'FAILED';
          const known = snapshot.value !== 'INIT';
          if (event.type === 'REQUEST' && open) lent.push(event.container);
          if (event.type === 'RELEASE' && open && known && lent.includes(event.container)) {
            lent.splice(lent.indexOf(event.container), 1);
          }
          const [next, effects] = decide(localizedResourceMachine, snapshot, event);
          snapshot = next;
          all.push(...effects.map((effect) => effect.type));
        }
        expect(all.filter((type) => type === 'FETCH').length).toBeLessThanOrEqual(1);
        if (snapshot.value !== 'FAILED') expect([...snapshot.context.users].sort()).toEqual(lent.sort());
      }),
      { numRuns: 300 },
    );
  });
});
