/** An AppMaster in another language, against the .proto files alone: it runs its containers, goes on when the ResourceManager dies, and has a successor. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './support/bobbin.js';
import { BEGUN_ANEW, copiesThroughAKill, killFirstAppMaster } from './support/copies-through-kills.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { pythonWithGrpc } from './support/python.js';

const FOLDER = join(repository, 'examples', 'distributed-shell-python');
const found = pythonWithGrpc();
const withPython = 'python' in found ? test : test.skip;
if ('missing' in found) process.emitWarning(`left out: ${found.missing}`);

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await localCluster(2);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

/** The example's own spec, its files by their full paths, with the Python that has the packages. */
function spec(): string {
  const file = join(mkdtempSync(join(cluster.path, 'python-')), 'shell.yaml');
  const text = readFileSync(join(FOLDER, 'app.yaml'), 'utf8')
    .replace('am.py: am.py', `am.py: ${join(FOLDER, 'am.py')}`)
    .replace('proto: ../..', `proto: ${repository}`);
  const python = 'python' in found ? found.python : 'python3';
  writeFileSync(file, `${text}environment: { PYTHON: ${python} }\n`);
  return file;
}

const idIn = (text: string): string => /application_\d+_\d+/.exec(text)?.[0] ?? '';

withPython(
  'runs copies, tries again, and tells the outcome',
  async () => {
    const command = 'echo "it\'s copy $COPY"; [ $COPY != 2 ]';
    const { code, stdout, stderr } = await cluster.run(
      'app',
      'submit',
      spec(),
      ...['--', '--copies', '3', '--retries', '1', command],
    );
    expect(stderr).toContain('2 of 3 copies succeeded\ncopy 2: exit code 1');
    expect(code).toBe(1);
    const logs = (await cluster.run('app', 'logs', idIn(stdout), '--log-files', 'stdout')).stdout;
    expect(logs.match(/^it's copy 2$/gm)).toHaveLength(2);
    expect(logs.match(/^it's copy [13]$/gm)).toHaveLength(2);
  },
  120_000,
);

withPython(
  'goes on by itself when the ResourceManager dies; nothing is lost or done twice',
  async () => {
    const { code, stdout, copies } = await copiesThroughAKill(cluster, spec());
    expect(stdout).toContain('6 of 6 copies succeeded');
    expect(code).toBe(0);
    expect(copies).toEqual(['1', '2', '3', '4', '5', '6']);
  },
  120_000,
);

withPython(
  'kill -9 of it ends its containers; the next attempt begins anew',
  async () => {
    expect(await killFirstAppMaster(cluster, spec(), 'am.py')).toEqual(BEGUN_ANEW);
  },
  120_000,
);
