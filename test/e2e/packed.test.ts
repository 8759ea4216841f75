/**
 * Bobbin as a stranger meets it: the packages as they are published, installed by npm into an empty folder outside the repository;
 * docs/write-an-appmaster.md followed to the letter there, each file written, each command run, each output compared, in the order of
 * the page; the README's smallest job and an example, copied; and the types, as strict as TypeScript is.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import { repository } from './support/bobbin.js';
import { PackageRegistry } from './support/package-registry.js';

jest.setTimeout(120_000);

interface Block {
  readonly step: string;
  /** What stands after the backquotes. */
  readonly info: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let step = '';
  for (const match of markdown.matchAll(/^## (.*)$|^```(.+)\n([\s\S]*?)^```$/gm)) {
    const [, heading, info, text] = match;
    if (heading !== undefined) step = heading;
    else blocks.push({ step, info: info ?? '', text: text ?? '' });
  }
  return blocks;
}

const read = (file: string): string => readFileSync(join(repository, file), 'utf8');
const blocks = blocksOf(read('docs/write-an-appmaster.md'));
const steps = [...new Set(blocks.map(({ step }) => step))];

const scratch = tempDir('bobbin-stranger-');
const folder = join(scratch.path, 'many');
let registry: PackageRegistry;
beforeAll(async () => {
  registry = await PackageRegistry.start(join(scratch.path, 'packed'));
  mkdirSync(folder);
  writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}\n`);
});
afterAll(() => {
  registry.stop();
  scratch[Symbol.dispose]();
});

/** Runs it as the reader does: nothing of the repository is at hand but its Node. */
function sh(command: string): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_|^BOBBIN_|^NODE_/i.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    NODE_NO_WARNINGS: '1',
    XDG_STATE_HOME: join(scratch.path, 'state'),
    npm_config_cache: join(scratch.path, 'npm-cache'),
  };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-ec', command], { cwd: folder, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}: ${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}

describe('a packed package', () => {
  test('holds what runs, its types, its README and the licence; no test, no source, no build record', () => {
    const packed = registry.packed();
    expect(packed.map(({ name }) => name).sort()).toEqual(
      readdirSync(join(repository, 'packages')).map((name) => `@bobbin/${name}`),
    );
    for (const { name, files } of packed) {
      const part = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
      expect([name, ...files]).toEqual(expect.arrayContaining(part.map((file) => `package/${file}`)));
      const odd = files.filter((file) => !/\.(js|d\.ts|cjs|mjs|cjs\.map|proto)$/.test(file)).slice(0, 4);
      expect(odd.sort()).toEqual(['package/LICENSE', 'package/README.md', 'package/package.json']);
      expect(files.filter((file) => /\.test\.|\/test\//.test(file))).toEqual([]);
    }
  });

  test('names the versions of the others it needs', () => {
    for (const { manifest } of registry.packed()) expect(manifest).not.toContain('workspace:');
  });
});

describe('write an AppMaster in ten steps', () => {
  test('there are ten', () => {
    expect(steps.map((step) => Number(/^\d+/.exec(step)?.[0]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test.each(steps)('%s', async (step) => {
    let printed = '';
    for (const { info, text } of blocks.filter((block) => block.step === step)) {
      const [kind, option = ''] = info.split(' ');
      if (option.startsWith('file=')) writeFileSync(join(folder, option.slice('file='.length)), text);
      else if (kind === 'sh') printed = await sh(text);
      else if (kind === 'output') expect(trimmed(printed)).toBe(trimmed(text));
      else throw new Error(`a block of '${info}' is neither a file nor a command nor an output`);
    }
  });
});

describe('the bobbin command, installed', () => {
  beforeAll(() => sh('npm install @bobbin/cli'));

  test("runs the README's smallest job and an example's AppMaster from copies", async () => {
    const [job] = blocksOf(read('README.md')).filter(({ text }) => text.includes('export default defineJob'));
    writeFileSync(join(folder, 'wordcount.ts'), job?.text ?? '');
    cpSync(join(repository, 'examples/distributed-shell'), join(folder, 'distributed-shell'), { recursive: true });
    await sh('npx bobbin cluster start --nodes 2 --dir cluster');
    try {
      await sh('npx bobbin job submit wordcount.ts --input many.ts --output counts');
      expect(await sh('cat counts/part-r-00000')).toMatch(/^export\t2$/m);
      const printed = await sh(`npx bobbin app submit distributed-shell -- --copies 3 'echo "copy $COPY"'`);
      expect(printed).toContain('3 of 3 copies succeeded');
    } finally {
      await sh('npx bobbin cluster stop');
    }
  });
});

test('the types of every entry point, of the ten steps, the job and the examples are right as strictly as TypeScript checks', async () => {
  const packages = registry.packed().map(({ manifest }) => JSON.parse(manifest) as { name: string; exports: object });
  const entries = packages.flatMap(({ name, exports }) =>
    Object.entries(exports).flatMap(([path, target]) => (typeof target === 'object' ? [name + path.slice(1)] : [])),
  );
  writeFileSync(
    join(folder, 'entries.ts'),
    entries.map((entry, n) => `import * as entry${n} from '${entry}';\nvoid entry${n};\n`).join(''),
  );
  for (const example of ['gang', 'service', 'sort'])
    cpSync(join(repository, 'examples', example), join(folder, example), {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    });
  await sh('npm install --save-dev @types/node');
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  await sh(`node ${join(repository, 'node_modules/typescript/bin/tsc')}`);
});

const trimmed = (text: string): string => text.replace(/ +$/gm, '').trimEnd();
