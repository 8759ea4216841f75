/** The spec of an application: what is taken for granted, and that all that is wrong is said at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@bobbin/common/testing';
import { checkAppSpec, readAppSpec } from '../../src/app/app-spec.js';

const minimal = { command: 'true' };

describe('checkAppSpec', () => {
  test('a command is enough', () => {
    expect(checkAppSpec(minimal, '/apps/shell/app.yaml')).toEqual({
      folder: '/apps/shell',
      name: 'shell',
      type: 'YARN',
      queue: 'default',
      priority: 0,
      tags: [],
      command: 'true',
      arguments: [],
      resource: { memoryMb: 512, vcores: 1 },
      files: {},
      archives: {},
      environment: {},
      maxAppAttempts: 0,
      keepContainersAcrossApplicationAttempts: false,
    });
  });

  test('a file that is named otherwise names the application', () => {
    expect(checkAppSpec(minimal, '/apps/probe.json').name).toBe('probe');
  });

  test('files are a list under their own names, or a mapping', () => {
    expect(checkAppSpec({ ...minimal, files: ['lib/a.js', '../b'] }, 'x.yaml').files).toEqual({
      'a.js': 'lib/a.js',
      b: '../b',
    });
    expect(checkAppSpec({ ...minimal, files: { a: 'lib/a.js' } }, 'x.yaml').files).toEqual({ a: 'lib/a.js' });
  });

  test.each<[unknown, string]>([
    [[], "should be a mapping with at least 'command' or 'main'"],
    [{}, "exactly one of 'command' (for bash) and 'main'"],
    [{ command: 'true', main: 'am.ts' }, "exactly one of 'command' (for bash) and 'main'"],
    [{ command: '' }, `'command' is ""; it should be a text that is not empty`],
    [{ ...minimal, comand: 'x' }, "'comand' is not known; known are name, type"],
    [{ ...minimal, priority: -1 }, "'priority' is -1; it should be a whole number from 0"],
    [{ ...minimal, tags: 'a' }, `'tags' is "a"; it should be a list of texts`],
    [{ ...minimal, resources: 5 }, "'resources' should be a mapping such as {memory-mb: 512, vcores: 1}"],
    [{ ...minimal, resources: { memory: 5 } }, "'memory' is not known; known are memory-mb, vcores"],
    [
      { ...minimal, resources: { 'memory-mb': '1g' } },
      `'resources.memory-mb' is "1g"; it should be a whole number from 1`,
    ],
    [{ ...minimal, files: [1] }, "'files' is [1]; it should be a list of paths, or a mapping of name to path"],
    [{ ...minimal, environment: { A: [] } }, `'environment' is {"A":[]}; it should be a mapping of name to text`],
    [{ ...minimal, maxAppAttempts: 0 }, "'maxAppAttempts' is 0; it should be a whole number from 1"],
    [
      { ...minimal, keepContainersAcrossApplicationAttempts: 'yes' },
      `'keepContainersAcrossApplicationAttempts' is "yes"; it should be true or false`,
    ],
  ])('%j is refused: %s', (value, problem) => {
    expect(() => checkAppSpec(value, 'app.yaml')).toThrow(problem);
  });

  test('all that is wrong is said at once', () => {
    expect(() => checkAppSpec({ priority: 0.5, tags: {}, x: 1 }, 'app.yaml')).toThrow(
      /spec 'app.yaml' is not right:\n {2}'x'[^]*'command'[^]*'priority'[^]*'tags'/,
    );
  });
});

describe('readAppSpec', () => {
  test('a folder stands for its spec, and all else in it goes along', async () => {
    using dir = tempDir('bobbin-spec-');
    writeFileSync(join(dir.path, 'app.yaml'), 'main: am.ts\narguments: [3, x]\n');
    writeFileSync(join(dir.path, 'data.txt'), '');
    writeFileSync(join(dir.path, '.hidden'), '');
    mkdirSync(join(dir.path, 'node_modules'));
    expect(await readAppSpec(dir.path)).toMatchObject({
      folder: dir.path,
      main: 'am.ts',
      arguments: ['3', 'x'],
      files: { 'data.txt': 'data.txt' },
    });
  });

  test('a file alone takes nothing along that it does not name', async () => {
    using dir = tempDir('bobbin-spec-');
    writeFileSync(join(dir.path, 'shell.json'), JSON.stringify(minimal));
    writeFileSync(join(dir.path, 'data.txt'), '');
    expect((await readAppSpec(join(dir.path, 'shell.json'))).files).toEqual({});
  });

  test.each([
    ['app.yaml', 'a: [', /spec '.*app.yaml' cannot be read: /],
    ['app.json', '{', /spec '.*app.json' cannot be read: /],
    ['other.yaml', 'command: x', /folder '.*' has no app.yaml, app.yml, app.json/],
  ])('%s with %j in a folder is refused', async (name, text, problem) => {
    using dir = tempDir('bobbin-spec-');
    writeFileSync(join(dir.path, name), text);
    await expect(readAppSpec(dir.path)).rejects.toThrow(problem);
  });

  test('a path that is not there is named', async () => {
    await expect(readAppSpec('/nowhere/app')).rejects.toThrow(
      "spec '/nowhere/app' does not exist; name a folder with app.yaml",
    );
  });
});
