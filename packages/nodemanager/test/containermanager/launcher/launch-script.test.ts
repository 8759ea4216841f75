/** The launch script's text, and what bash makes of it: quoting is as naive as Hadoop's, and its users rely on that. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { tempDir } from '@bobbin/common/testing';
import {
  expand,
  invalidScript,
  isPathBelow,
  launchScript,
  orderByReference,
  references,
  type LaunchScript,
} from '../../../src/containermanager/launcher/launch-script.js';

function script(more: Partial<LaunchScript> = {}): LaunchScript {
  return { logDir: '/logs', whitelisted: {}, forced: {}, user: {}, links: {}, commands: ['true'], ...more };
}

/** Runs a script in a folder of its own; what the command printed, and how it ended. */
function run(more: Partial<LaunchScript>, environment: Record<string, string> = {}) {
  using dir = tempDir();
  const logDir = join(dir.path, 'log');
  mkdirSync(logDir);
  writeFileSync(join(dir.path, 's.sh'), launchScript(script({ logDir, ...more })));
  const { status } = spawnSync('/bin/bash', ['s.sh'], {
    cwd: dir.path,
    env: { PATH: '/usr/bin:/bin', ...environment },
  });
  const read = (name: string): string => readFileSync(join(logDir, name), 'utf8');
  return { status, out: read('prelaunch.out').split('Launching container\n')[1] ?? '', err: read('prelaunch.err') };
}

describe('launch_container.sh', () => {
  test('is, line by line, what Hadoop writes', () => {
    const text = launchScript(
      script({
        whitelisted: { JAVA_HOME: '/java', LANG: 'C' },
        forced: { CONTAINER_ID: 'container_1', JVM_PID: '$$' },
        user: { LANG: 'de', B: '$A/x', A: '{{PWD}}', CONTAINER_ID: 'mine' },
        links: { 'job.json': '/cache/10/job.json', 'dir/split': '/cache/11/split' },
        commands: ['{{BOBBIN_NODE}}', 'task.cjs', '1>', '<LOG_DIR>/stdout'],
      }),
    );
    expect(text.split('\n')).toEqual([
      '#!/bin/bash',
      '',
      'set -o pipefail -e',
      'export PRELAUNCH_OUT="/logs/prelaunch.out"',
      'exec >"${PRELAUNCH_OUT}"',
      'export PRELAUNCH_ERR="/logs/prelaunch.err"',
      'exec 2>"${PRELAUNCH_ERR}"',
      'echo "Setting up env variables"',
      'export JAVA_HOME=${JAVA_HOME:-"/java"}',
      'export CONTAINER_ID="container_1"',
      'export JVM_PID="$$"',
      'export LANG="de"',
      'export A="$PWD"',
      'export B="$A/x"',
      'echo "Setting up job resources"',
      '[ -L "job.json" ] || { ln -sf -- "/cache/10/job.json" "job.json"; }',
      '[ -L "dir/split" ] || { mkdir -p "dir" && ln -sf -- "/cache/11/split" "dir/split"; }',
      'echo "Launching container"',
      'exec /bin/bash -c "$BOBBIN_NODE task.cjs 1> /logs/stdout"',
      '',
    ]);
  });

  test.each<[what: string, commands: string[], out: string]>([
    ['single quotes arrive intact', ["echo '$HOME' 'a  b'"], ' a  b\n'],
    ['a variable in single quotes is expanded all the same: the outer script does it', ["echo '$X'"], 'value\n'],
    ['a double quote ends the quoted part', ['"{{ECHO}}" hello'], 'hello\n'],
    ['items may be split anywhere', ['echo', 'a', '|', 'tr', 'a', 'b'], 'b\n'],
    ['an escaped dollar is left to the inner shell', ['Y=1; echo \\$Y'], '1\n'],
  ])('%s', (_, commands, out) => {
    expect(run({ commands, forced: { X: 'value', ECHO: 'echo', HOME: '' } }).out).toBe(out);
  });

  test('double quotes around text with a blank break the command, as they do in Hadoop', () => {
    expect(run({ commands: ['echo "a b"; exit 5'] }).status).not.toBe(5);
  });

  test('a whitelisted variable that is set already keeps its value', () => {
    expect(run({ commands: ['echo $TZ'], whitelisted: { TZ: 'UTC' } }, { TZ: 'CET' }).out).toBe('CET\n');
  });

  test('an error before the command goes to prelaunch.err and fails the container', () => {
    const { status, err } = run({ user: { X: '$(false)"; no-such-command; "' } });
    expect(status).not.toBe(0);
    expect(err).toContain('no-such-command');
  });
});

describe('expansion', () => {
  test.each([
    ['<LOG_DIR>/a<CPS>{{HOME}}/b', '/logs/a:$HOME/b'],
    ['java <ADD_OPENS> X', 'java  X'],
    ['{"a":1}', '{"a":1}'],
  ])('%s becomes %s', (text, expanded) => expect(expand(text, '/logs')).toBe(expanded));
});

describe('order of variables', () => {
  test.each([
    ['$A ${B} $C/x', ['A', 'B', 'C']],
    ['\\$A $$ $1', []],
    ['${A:-$B}', ['A', 'B']],
  ])('%s refers to %j', (value, names) => expect(references(value)).toEqual(names));

  test('a circle loses nothing', () => {
    expect(
      orderByReference({ A: '$B', B: '$A' })
        .map(([name]) => name)
        .sort(),
    ).toEqual(['A', 'B']);
  });

  test('every variable comes once, and after those it refers to, unless they form a circle', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const value = fc.array(fc.constantFrom(...names), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 6 }), (references) => {
        // Only earlier names are referred to, so there is no circle; the order in which they are given is reversed.
        const entries = names.map((n, i) => [
          n,
          (references[i] ?? [])
            .filter((r) => r < n)
            .map((r) => `$${r}`)
            .join(),
        ]);
        const ordered = orderByReference(Object.fromEntries(entries.reverse()) as Record<string, string>);
        expect(ordered.map(([n]) => n).sort()).toEqual(names);
        ordered.forEach(([, v], at) => {
          for (const match of v.matchAll(/\$(\w)/g)) {
            expect(ordered.findIndex(([n]) => n === match[1])).toBeLessThan(at);
          }
        });
      }),
    );
  });
});

describe('what cannot be written as a script', () => {
  test.each(['', '/abs', '../up', 'a/../b', 'a//b', './a', 'a\0b'])('link %j', (link) => {
    expect(isPathBelow(link)).toBe(false);
    expect(invalidScript(script({ links: { [link]: 'x' } }))).toContain('local resource');
  });
  test.each(['a', 'a/b', '.hidden', 'a b'])('link %j is fine', (link) => expect(isPathBelow(link)).toBe(true));
});
