/** The examples of AppMasters as their reader runs them: submitted from their folders to real daemons, each at its own work and at its worst. */
import { join } from 'node:path';
import { BEGUN_ANEW, copiesThroughAKill, killFirstAppMaster } from './support/copies-through-kills.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { repository } from './support/bobbin.js';

const EXAMPLES = join(repository, 'examples');

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await localCluster(2);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

interface ServiceState {
  readonly attempt: number;
  readonly target: number;
  readonly instances: readonly { readonly container: string; readonly address?: string }[];
}

const submit = (...args: string[]) => cluster.run('app', 'submit', ...args);

/** The id in what `app submit` printed. */
const idIn = (text: string): string => /application_\d+_\d+/.exec(text)?.[0] ?? '';

async function logsOf(id: string): Promise<string> {
  return (await cluster.run('app', 'logs', id, '--log-files', 'stdout,stderr')).stdout;
}

/** Asks until the answer is right; the test's own timeout ends it. */
async function eventually<T>(ask: () => Promise<T>, right: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (right(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('distributed shell', () => {
  test('each copy runs by itself, knows its number, and its words come back', async () => {
    const { code, stdout } = await submit(
      join(EXAMPLES, 'distributed-shell'),
      '--',
      '--copies',
      '3',
      `echo "it's $COPY/$COPIES"`,
    );
    expect(stdout).toContain('3 of 3 copies succeeded');
    expect(code).toBe(0);
    const logs = await logsOf(idIn(stdout));
    for (const line of ["it's 1/3", "it's 2/3", "it's 3/3"]) expect(logs).toContain(`\n${line}\n`);
  }, 60_000);

  test('a copy that fails is tried again, then told with its exit code', async () => {
    const { code, stdout, stderr } = await submit(
      join(EXAMPLES, 'distributed-shell'),
      '--',
      ...['--copies', '2', '--retries', '1', '[ $COPY = 1 ] || exit 7'],
    );
    expect(code).toBe(1);
    expect(stderr).toContain('1 of 2 copies succeeded');
    expect(stderr).toContain('copy 2: exit code 7');
    const logs = await logsOf(idIn(stdout));
    expect(logs.match(/copy 2 ended with exit code 7/g)).toHaveLength(2);
  }, 60_000);

  test('goes on by itself when the ResourceManager dies; nothing is lost or done twice', async () => {
    const { code, stdout, copies } = await copiesThroughAKill(cluster, join(EXAMPLES, 'distributed-shell'));
    expect(stdout).toContain('6 of 6 copies succeeded');
    expect(code).toBe(0);
    expect(copies).toEqual(['1', '2', '3', '4', '5', '6']);
  }, 120_000);

  test('kill -9 of its AppMaster ends its containers; the next attempt begins anew', async () => {
    expect(await killFirstAppMaster(cluster, join(EXAMPLES, 'distributed-shell'), 'main.mjs')).toEqual(BEGUN_ANEW);
  }, 60_000);

  test('a strict place that does not exist is not served elsewhere', async () => {
    const { stdout } = await submit(
      join(EXAMPLES, 'distributed-shell'),
      '--no-wait',
      ...['--', '--strict', '--node', 'nowhere.example', 'true'],
    );
    const id = idIn(stdout);
    await eventually(
      () => cluster.run('app', 'status', id),
      (answer) => answer.stdout.includes('State : RUNNING'),
    );
    const { stdout: containers } = await cluster.run('container', 'list', id, '--json');
    expect(JSON.parse(containers)).toHaveLength(1);
    await cluster.run('app', 'kill', id);
  }, 60_000);
});

describe('gang', () => {
  test('workers start together, find each other and agree', async () => {
    const { code, stdout } = await submit(join(EXAMPLES, 'gang'), '--', '--workers', '3');
    expect(stdout).toContain('1 tries with 3 workers');
    expect(code).toBe(0);
    const logs = await logsOf(idIn(stdout));
    expect(logs).toContain('the ranks add up to 3');
    expect(logs.match(/rank \d on \S+ knows (\S+, ){2}\S+/g)).toHaveLength(3);
  }, 60_000);

  test('a gang that there is no room for gives back what it holds', async () => {
    const { stdout } = await submit(join(EXAMPLES, 'gang'), '--no-wait', '--', '--workers', '50', '--patience', '0.2');
    const id = idIn(stdout);
    await eventually(
      () => logsOf(id),
      (logs) => /only [1-9]\d* of 50 came; giving them back/.test(logs),
    );
    await cluster.run('app', 'kill', id);
  }, 60_000);
});

describe('service', () => {
  test('scales, replaces what is unhealthy, keeps its instances while its AppMaster is away', async () => {
    const { stdout } = await submit(
      join(EXAMPLES, 'service'),
      '--no-wait',
      ...['--', '--instances', '1', '--check-every', '0.1', '--registry', cluster.path],
    );
    const id = idIn(stdout);
    const url = async (): Promise<string> => {
      const { stdout: report } = await cluster.run('app', 'status', id, '--json');
      return (JSON.parse(report) as { originalTrackingUrl: string }).originalTrackingUrl;
    };
    const ask = async (method = 'GET', path = ''): Promise<ServiceState> => {
      const response = await fetch(`${await url()}${path}`, { method });
      return (await response.json()) as ServiceState;
    };
    const serving = (count: number) => (state: ServiceState | undefined) =>
      state?.instances.length === count && state.instances.every(({ address }) => address !== undefined);
    const quietly = () => ask().catch(() => undefined);

    await eventually(quietly, serving(1));
    await ask('PUT', '/instances/2');
    const two = await eventually(quietly, serving(2));

    const [ill] = two?.instances ?? [];
    await fetch(`http://${ill?.address ?? ''}/break`);
    const mended = await eventually(
      quietly,
      (state) => serving(2)(state) && !state?.instances.some(({ container }) => container === ill?.container),
    );

    process.kill(cluster.applicationMaster('main.mjs'), 'SIGKILL');
    const after = await eventually(quietly, (state) => state?.attempt === 2 && serving(2)(state));
    expect(after?.instances).toEqual(mended?.instances);
    expect(after?.target).toBe(2);
    for (const { address } of after?.instances ?? []) expect((await fetch(`http://${address ?? ''}/`)).ok).toBe(true);

    await ask('DELETE');
    const { stdout: last } = await eventually(
      () => cluster.run('app', 'status', id),
      (answer) => answer.stdout.includes('State : FINISHED'),
    );
    expect(last).toContain('Final-State : SUCCEEDED');
    await cluster.containersGone();
  }, 120_000);
});
