/** loadConfiguration: files and `-D` in their order, `final`, and every problem of every source at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, loadConfiguration, mrKeys, rmKeys, type ConfigurationSources } from '../../src/index.js';
import { tempDir } from '../../src/testing/index.js';

const site = (...properties: string[]): string => `<?xml version="1.0"?>
<configuration>
${properties.join('\n')}
</configuration>`;
const property = (name: string, value: string, more = ''): string =>
  `<property><name>${name}</name><value>${value}</value>${more}</property>`;

async function problemsOf(sources: ConfigurationSources): Promise<readonly string[]> {
  const error: unknown = await loadConfiguration(sources).catch((e: unknown) => e);
  return error instanceof ConfigurationError ? error.problems : [];
}

describe('loadConfiguration', () => {
  let dir: ReturnType<typeof tempDir>;
  const write = (name: string, content: string): string => {
    const file = join(dir.path, name);
    writeFileSync(file, content);
    return file;
  };
  beforeEach(() => void (dir = tempDir()));
  afterEach(() => dir[Symbol.dispose]());

  test('reads the files of a folder in order, then files by name, then -D', async () => {
    write('core-site.xml', site(property('a', 'core'), property('b', 'core'), property('c', 'core')));
    write('yarn-site.xml', site(property('b', 'yarn')));
    write('bobbin.json', '{ "c": "json", "yarn": { "resourcemanager": { "am.max-attempts": 5 } }, "l": ["x", 1] }');
    const file = write(
      'more.yaml',
      'd: yaml\nmapreduce.map.output.compress: true\nmapreduce.output.fileoutputformat.compress.codec: z\n',
    );
    const conf = await loadConfiguration({ directories: [dir.path], files: [file], defines: ['e=a=b', 'd=defined'] });
    expect(conf.toJSON()).toEqual({
      a: 'core',
      b: 'yarn',
      c: 'json',
      d: 'defined',
      e: 'a=b',
      l: 'x,1',
      'mapreduce.map.output.compress': 'true',
      'mapreduce.output.fileoutputformat.compress.codec': 'z',
      'yarn.resourcemanager.am.max-attempts': '5',
    });
    expect(conf.get(rmKeys.amMaxAttempts)).toBe(5);
    expect(conf.sourceOf('b')).toBe(join(dir.path, 'yarn-site.xml'));
  });

  test('XML: entities are decoded, a property without a value says nothing, attributes and comments are allowed', async () => {
    const file = write(
      'x-site.xml',
      site(
        '<!-- a comment -->',
        property('a', '&lt;1 &amp; 2&gt;'),
        '<property><name>b</name></property>',
        property('c', ''),
      ),
    );
    expect((await loadConfiguration({ files: [file] })).toJSON()).toEqual({ a: '<1 & 2>', c: '' });
    const empty = write('y-site.xml', '<configuration/>');
    expect((await loadConfiguration({ files: [empty] })).toJSON()).toEqual({});
  });

  test('what is final in a file is kept against later files with a warning, against -D with an error', async () => {
    const first = write('a.xml', site(property('mapreduce.job.reduces', '2', '<final>true</final>')));
    const second = write('b.xml', site(property('mapreduce.job.reduces', '9')));
    const warnings: string[] = [];
    const onWarning = (warning: string): void => void warnings.push(warning);
    const conf = await loadConfiguration({ files: [first, second], onWarning });
    expect(conf.get(mrKeys.numReduces)).toBe(2);
    expect(warnings).toEqual([`mapreduce.job.reduces in ${second} is ignored: it is final in ${first}`]);
    expect(await problemsOf({ files: [first], defines: ['mapreduce.job.reduces=3'] })).toEqual([
      `-D mapreduce.job.reduces=3: mapreduce.job.reduces is final in ${first}`,
    ]);
  });

  test('every problem of every source is told at once', async () => {
    mkdirSync(join(dir.path, 'folder.json'));
    const files = [
      write('broken.xml', '<configuration><property></configuration>'),
      write('other.xml', '<settings/>'),
      write('noname.xml', site('<property><value>1</value></property>')),
      write('broken.json', '{ "a": '),
      write('list.yaml', '- a\n- b\n'),
      write('deep.json', '{ "a": [{ "b": 1 }], "c": null }'),
      write('site.txt', 'a=b'),
      write('wrong.yaml', 'mapreduce.job.reduces: -1\n'),
      join(dir.path, 'missing.xml'),
    ];
    const problems = await problemsOf({ directories: [join(dir.path, 'none')], files, defines: ['x', '=y'] });
    expect(problems.map((problem) => problem.replaceAll(dir.path, ''))).toEqual([
      'configuration folder /none does not exist',
      expect.stringMatching(/^\/broken\.xml:1:\d+: not well-formed XML: .*property/),
      '/other.xml: should hold a <configuration> element',
      '/noname.xml: property 1 has no <name>',
      expect.stringMatching(/^\/broken\.json: not valid JSON: /),
      '/list.yaml: should hold keys and their values',
      'a in /deep.json: should be a text, a number, true, false, or a list of these',
      'c in /deep.json: should be a text, a number, true, false, or a list of these',
      'configuration file /site.txt: should end in .xml, .json, .yaml or .yml',
      expect.stringMatching(/^configuration file \/missing\.xml cannot be read: ENOENT/),
      "-D x: should be 'key=value'",
      "-D =y: should be 'key=value'",
      "mapreduce.job.reduces = '-1' in /wrong.yaml: should be a whole number of at least 0",
    ]);
  });
});
