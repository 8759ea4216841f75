/**
 * Word count over every text below node_modules/typescript equals what coreutils count, byte for byte, whatever the number
 * of reducers and nodes, with and without combiner, in containers of its own, in reused ones, and in the AM's.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './support/bobbin.js';
import { localCluster, type LocalCluster } from './support/local-cluster.js';
import { recursive, typescriptFiles, typescriptText } from './support/text.js';
import { actualCounts, expectedCounts } from './support/word-count-oracle.js';

const withCombiner = join(repository, 'examples/wordcount/wordcount.ts');
const withoutCombiner = join(__dirname, 'fixtures/without-combiner.ts');

const modes = {
  'reused containers': ['-D', 'mapreduce.job.ubertask.enable=false'],
  'a container for each task': [
    '-D',
    'mapreduce.job.ubertask.enable=false',
    '-D',
    'bobbin.job.container-reuse.enable=false',
  ],
  uber: ['-D', 'mapreduce.job.ubertask.maxreduces=7', '-D', 'mapreduce.job.ubertask.maxmaps=1000'],
} as const;

const rows = Object.entries(modes).flatMap(([mode, options]) =>
  [1, 2, 7].flatMap((reduces) =>
    [true, false].map((combiner) => ({ mode, options, reduces, combiner, name: combiner ? 'with' : 'without' })),
  ),
);

jest.setTimeout(120_000);

const expected = expectedCounts(typescriptFiles());

describe.each([1, 3])('on %i nodes', (nodes) => {
  let cluster: LocalCluster;
  let input: string;
  let outputs = 0;
  beforeAll(async () => {
    cluster = await localCluster(nodes);
    input = typescriptText(join(cluster.path, 'text'));
  });
  afterAll(() => cluster.stop());

  test.each(rows)('$reduces reducers, $name combiner, $mode: the counts are those of coreutils', async (row) => {
    const output = join(cluster.path, `out-${outputs++}`);
    const job = row.combiner ? withCombiner : withoutCombiner;
    const split = ['-D', 'mapreduce.input.fileinputformat.split.maxsize=4000000'];
    const reduces = ['-D', `mapreduce.job.reduces=${row.reduces}`];
    const paths = ['--input', input, '--output', output];
    const result = await cluster.run(
      'job',
      'submit',
      job,
      ...paths,
      ...recursive,
      ...split,
      ...reduces,
      ...row.options,
    );
    expect(`${result.stdout}${result.stderr}`).toContain('completed successfully');
    expect(result.code).toBe(0);
    expect(result.stderr + result.stdout).toContain(`running in uber mode : ${row.mode === 'uber'}`);
    expect(actualCounts(output).equals(expected)).toBe(true);
    expect(readdirSync(output).filter((name) => name.startsWith('part-r-'))).toHaveLength(row.reduces);
    expect(existsSync(join(output, '_SUCCESS'))).toBe(true);
    expect(existsSync(join(output, '_temporary'))).toBe(false);
  });
});
