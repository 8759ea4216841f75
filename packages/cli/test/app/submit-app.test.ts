/** `bobbin app submit` against a cluster that answers from a script: what is staged, asked, told and left behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  applicationAttemptId,
  applicationId,
  ApplicationNotFoundError,
  BadRequestError,
  type ApplicationReport,
  type ApplicationSubmissionContext,
} from '@bobbin/common';
import { fakeCluster, type FakeCluster } from '../support/fake-cluster.js';
import { anApplication, app } from '../support/records.js';

let cluster: FakeCluster;
let submitted: ApplicationSubmissionContext | undefined;
/** Content of the staged files at submission. */
let staged: Record<string, string>;
let spec: string;
let root: string;

const ended = (change: Partial<ApplicationReport>): void => {
  cluster.rm.getApplicationReport = ({ applicationId: id }) => {
    if (id !== app) throw new ApplicationNotFoundError(id);
    return {
      applicationReport: anApplication({
        currentApplicationAttemptId: applicationAttemptId(app, 1),
        diagnostics: '',
        ...change,
      }),
    };
  };
};

beforeEach(async () => {
  cluster = await fakeCluster();
  submitted = undefined;
  staged = {};
  spec = join(cluster.path, 'shell');
  root = join(cluster.path, 'staging/ann/.staging');
  mkdirSync(join(spec, 'lib'), { recursive: true });
  writeFileSync(join(spec, 'app.yaml'), 'command: echo "$HOME" }}\nresources: {memory-mb: 256}\nenvironment: {A: b}\n');
  writeFileSync(join(spec, 'lib/a.txt'), 'a');
  cluster.rm.getNewApplication = () => ({
    applicationId: app,
    maximumResourceCapability: { memoryMb: 1024, vcores: 2 },
  });
  cluster.rm.submitApplication = ({ applicationSubmissionContext }) => {
    submitted = applicationSubmissionContext;
    for (const [name, { url }] of Object.entries(applicationSubmissionContext.amContainerSpec.localResources))
      staged[name] = readFileSync(url.startsWith('file:') ? fileURLToPath(url) : url, 'utf8');
    return {};
  };
  ended({ state: 'FINISHED', finalApplicationStatus: 'SUCCEEDED' });
});
afterEach(() => cluster.stop());

test('a folder is staged file by file, its command as it stands; at the end nothing is left', async () => {
  const { code, out } = await cluster.run('app', 'submit', spec);
  expect(code).toBe(0);
  expect(out).toEqual([`${app}  FINISHED`, `Application ${app} completed successfully`]);
  expect(staged).toEqual({ 'command.sh': 'echo "$HOME" }}\n', 'lib/a.txt': 'a' });
  expect(submitted).toMatchObject({
    applicationName: 'shell',
    applicationType: 'YARN',
    resource: { memoryMb: 256, vcores: 1 },
    amContainerSpec: {
      environment: { A: 'b' },
      commands: ['exec /bin/bash command.sh', '1><LOG_DIR>/stdout', '2><LOG_DIR>/stderr'],
    },
  });
  expect(readdirSync(root)).toEqual([]);
});

test('main is bundled with what it imports; arguments reach it whatever stands in them', async () => {
  writeFileSync(join(spec, 'app.yaml'), 'main: am.ts\n');
  writeFileSync(join(spec, 'am.ts'), "import { a } from './lib/a.js';\nconst x: number = await a;\nconsole.log(x);\n");
  writeFileSync(join(spec, 'lib/a.ts'), 'export const a = Promise.resolve(42);\n');
  expect((await cluster.run('app', 'submit', spec, '--name', 'mine', '--', "it's", '$HOME')).code).toBe(0);
  expect(staged['main.mjs']).toContain('Promise.resolve(42)');
  expect(staged['command.sh']).toBe(
    `set -- 'it'\\''s' '$HOME'\nexec "$BOBBIN_NODE" --enable-source-maps main.mjs "$@"\n`,
  );
  expect(submitted?.applicationName).toBe('mine');
});

test('--json prints the last report, --no-wait the id; then the folder stays until a later submission', async () => {
  const { out } = await cluster.run('app', 'submit', spec, '--json');
  expect(JSON.parse(out[0] ?? '')).toMatchObject({ applicationId: app, finalApplicationStatus: 'SUCCEEDED' });
  ended({ state: 'RUNNING', finalApplicationStatus: 'UNDEFINED' });
  expect((await cluster.run('app', 'submit', spec, '--json', '--no-wait')).out).toEqual([
    JSON.stringify({ applicationId: app }),
  ]);
  expect(readdirSync(root)).toEqual([app]);
  const next = applicationId(1795259442712, 2);
  cluster.rm.getNewApplication = () => ({
    applicationId: next,
    maximumResourceCapability: { memoryMb: 1024, vcores: 2 },
  });
  cluster.rm.getApplicationReport = ({ applicationId: id }) => ({
    applicationReport: anApplication({ applicationId: id, state: id === app ? 'KILLED' : 'ACCEPTED' }),
  });
  await cluster.run('app', 'submit', spec, '--no-wait');
  expect(readdirSync(root)).toEqual([next]);
});

test('a folder that the ResourceManager knows nothing of goes after a day, not while another submission may fill it', async () => {
  const [young, old] = [applicationId(1795259442712, 8), applicationId(1795259442712, 9)];
  for (const id of [young, old]) mkdirSync(join(root, id), { recursive: true });
  utimesSync(join(root, old), 0, Date.now() / 1000 - 25 * 3600);
  await cluster.run('app', 'submit', spec);
  expect(readdirSync(root)).toEqual([young]);
});

test('one that fails is told with its diagnostics and where the logs are', async () => {
  ended({ state: 'FAILED', finalApplicationStatus: 'FAILED', diagnostics: 'AM Container exited with exitCode: 3' });
  expect(await cluster.run('app', 'submit', spec)).toMatchObject({
    code: 1,
    err: [`Application ${app} ended as FAILED: AM Container exited with exitCode: 3`, `\nLogs: bobbin app logs ${app}`],
  });
});

test('one that the RM does not accept is told so, and nothing is left', async () => {
  cluster.rm.submitApplication = () => {
    throw new BadRequestError("Queue 'x' does not exist");
  };
  expect(await cluster.run('app', 'submit', spec, '--queue', 'x')).toMatchObject({
    code: 1,
    err: ["Queue 'x' does not exist"],
  });
  expect(readdirSync(root)).toEqual([]);
});

test('Ctrl-C kills it and waits for that', async () => {
  let kill = (): void => undefined;
  const killed = new Promise<void>((resolve) => (kill = resolve));
  cluster.rm.forceKillApplication = () => {
    kill();
    return { isKillCompleted: true };
  };
  const report = (state: 'RUNNING' | 'KILLED') => ({
    applicationReport: anApplication({ state, currentApplicationAttemptId: applicationAttemptId(app, 1) }),
  });
  cluster.rm.getApplicationReport = async ({ knownState }) => {
    if (knownState === undefined) return report('RUNNING');
    io.interrupt();
    await killed;
    return report('KILLED');
  };
  const { io, result } = cluster.start('app', 'submit', spec);
  expect((await result).code).toBe(130);
  expect(existsSync(join(root, app))).toBe(false);
});

test.each([
  ['resources: {memory-mb: 4096}\ncommand: x', 'a container of this cluster has at most memory-mb 1024, vcores 2'],
  ['files: [nowhere]\ncommand: x', "file 'nowhere' does not exist"],
  ['files: {../x: lib}\ncommand: x', "'../x/a.txt' should be a name inside the working folder"],
  [
    'files: {command.sh: lib/a.txt}\ncommand: x',
    "'command.sh' is there twice, or a name that this command uses itself",
  ],
  ['archives: [lib/a.txt]\ncommand: x', "archive 'lib/a.txt' should end in .tar, .tar.gz, .tgz, .zip or .jar"],
  ['archives: [a.zip]\ncommand: x', "archive 'a.zip' is not a file"],
  ['main: nowhere.ts', "main file '"],
])('%j is refused before anything is submitted', async (text, problem) => {
  writeFileSync(join(spec, 'app.yaml'), text);
  const { code, err } = await cluster.run('app', 'submit', spec);
  expect(code).toBe(1);
  expect(err.join('\n')).toContain(problem);
  expect(submitted).toBeUndefined();
});

test('arguments are those of a command, too', async () => {
  await cluster.run('app', 'submit', spec, '--', 'a b');
  expect(staged['command.sh']).toBe(`set -- 'a b'\necho "$HOME" }}\n`);
});
