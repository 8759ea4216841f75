/** A whole NodeManager against a MockRM: containers are real processes, calls go over gRPC, nothing waits for a tick. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LocalResource } from '@bobbin/common';
import { APP, launchContext, NodeStand } from './node-stand.js';
import { bell, groupIsGone } from './processes.js';

function resource(path: string, more: Partial<LocalResource> = {}): LocalResource {
  const { size, mtimeMs } = statSync(path);
  return {
    url: pathToFileURL(path).href,
    sizeBytes: size,
    timestampMs: Math.floor(mtimeMs),
    type: 'FILE',
    visibility: 'APPLICATION',
    ...more,
  };
}

describe('a container', () => {
  test('runs its command, and the RM hears of its end at once', async () => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(launchContext('echo hello >"<LOG_DIR>/stdout"'));
    expect(status).toMatchObject({ exitStatus: 0, state: 'COMPLETE', diagnostics: '' });
    expect(readFileSync(stand.logFile(status.containerId, 'stdout'), 'utf8')).toBe('hello\n');
  });

  test('is told to the RM as soon as it is accepted: one that is not known would end with its attempt', async () => {
    await using stand = await NodeStand.start();
    const id = await stand.run(launchContext('sleep 1000'));
    const told = (): boolean =>
      stand.rm.heartbeats.some(({ nodeStatus }) => nodeStatus.containersStatuses.some((s) => s.containerId === id));
    await stand.rm.until(told);
  });

  test('that fails carries exit code and the end of its error output', async () => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(
      launchContext('echo "what went wrong" 2>&1 >"<LOG_DIR>/stderr"; exit 3'.replaceAll('"', '')),
    );
    expect(status.exitStatus).toBe(3);
    expect(status.diagnostics).toContain('Exception from container-launch.');
    expect(status.diagnostics).toContain(`Container id: ${status.containerId}`);
    expect(status.diagnostics).toContain('Last 4096 bytes of stderr :\nwhat went wrong');
  });

  test('finds the environment that YARN promises, and nothing of the daemon', async () => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(
      launchContext('env -0 > <LOG_DIR>/env; ls -a > <LOG_DIR>/ls; pwd > <LOG_DIR>/pwd', {
        environment: { B: '$A/b', A: '{{PWD}}/a', CONTAINER_ID: 'mine', CPS: 'x<CPS>y' },
      }),
    );
    const id = status.containerId;
    const env = Object.fromEntries(
      readFileSync(stand.logFile(id, 'env'), 'utf8')
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const app = join(stand.dir.path, 'local', 'usercache', 'alice', 'appcache', APP);
    const [host, port] = stand.nodeId.split(':');
    expect(env).toMatchObject({
      CONTAINER_ID: id,
      NM_HOST: host,
      NM_PORT: port,
      NM_HTTP_PORT: stand.webAddress.split(':')[1],
      LOCAL_DIRS: app,
      LOG_DIRS: join(stand.dir.path, 'logs', APP, id),
      USER: 'alice',
      LOGNAME: 'alice',
      HOME: '/home/',
      PWD: join(app, id),
      HADOOP_TOKEN_FILE_LOCATION: join(app, id, 'container_tokens'),
      LOCALIZATION_COUNTERS: expect.stringMatching(/^0,0,0,0,\d+$/) as string,
      JVM_PID: expect.stringMatching(/^\d+$/) as string,
      BOBBIN_NODE: process.execPath,
      LANG: 'C.UTF-8',
      PATH: process.env['PATH'],
      A: join(app, id, 'a'),
      B: join(app, id, 'a', 'b'),
      CPS: 'x:y',
    });
    expect(env).not.toHaveProperty('NOT_FOR_CONTAINERS');
    expect(Buffer.from(env['NM_AUX_SERVICE_mapreduce_shuffle'] ?? '', 'base64').readInt32BE()).toBeGreaterThan(0);
    expect(
      readFileSync(stand.logFile(id, 'ls'), 'utf8')
        .split('\n')
        .filter((n) => n !== ''),
    ).toEqual(['.', '..', 'container_tokens', 'launch_container.sh', 'tmp']);
    expect(readFileSync(stand.logFile(id, 'pwd'), 'utf8').trim()).toBe(join(app, id));
  });

  test('finds its files under their links, its credentials, and a script that can be read afterwards', async () => {
    await using stand = await NodeStand.start();
    const source = join(stand.dir.path, 'input.txt');
    writeFileSync(source, 'localized');
    const status = await stand.complete(
      launchContext('cat one.txt dir/two.txt container_tokens > <LOG_DIR>/stdout', {
        localResources: { 'one.txt': resource(source), 'dir/two.txt': resource(source, { visibility: 'PRIVATE' }) },
        tokens: Buffer.from('HDTS-tokens'),
      }),
    );
    expect(status.exitStatus).toBe(0);
    expect(readFileSync(stand.logFile(status.containerId, 'stdout'), 'utf8')).toBe('localizedlocalizedHDTS-tokens');
    expect(readFileSync(stand.logFile(status.containerId, 'launch_container.sh'), 'utf8')).toContain(
      'exec /bin/bash -c "cat one.txt',
    );
    expect(readFileSync(stand.logFile(status.containerId, 'directory.info'), 'utf8')).toContain('one.txt -> ');
  });

  test.each([
    [
      'missing',
      (path: string) => ({ ...resource(path), url: pathToFileURL(`${path}.none`).href }),
      'File does not exist',
    ],
    [
      'changed since it was declared',
      (path: string) => {
        const declared = resource(path);
        utimesSync(path, new Date(), new Date(declared.timestampMs + 5));
        return declared;
      },
      'changed on src filesystem',
    ],
    ['of a file system nobody knows', (path: string) => ({ ...resource(path), url: 'gopher://host/file' }), 'gopher'],
  ])('whose file is %s does not start, and says which', async (_, make, message) => {
    await using stand = await NodeStand.start();
    const source = join(stand.dir.path, 'input.txt');
    writeFileSync(source, 'x');
    const status = await stand.complete(launchContext('true', { localResources: { x: make(source) } }));
    expect(status.exitStatus).toBe(-1000);
    expect(status.diagnostics).toContain(message);
  });

  test.each([
    ['no command', launchContext('true', { commands: [] }), 'no command'],
    [
      'a link out of its folder',
      launchContext('true', {
        localResources: {
          '../x': { url: 'file:///x', sizeBytes: 0, timestampMs: 0, type: 'FILE', visibility: 'PRIVATE' },
        },
      }),
      "'../x'",
    ],
    ['a variable bash cannot name', launchContext('true', { environment: { 'A-B': 'x' } }), "'A-B'"],
  ])('with %s is refused with the reason', async (_, context, message) => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(context);
    expect(status.diagnostics).toContain(message);
  });
});

describe('a disk that fails', () => {
  /** A folder that can no longer be written, also by root. */
  function spoil(folder: string): void {
    // The node may be making a folder in it at this moment.
    for (let done = false; !done;) {
      rmSync(folder, { recursive: true, force: true });
      try {
        writeFileSync(folder, 'a file', { flag: 'wx' });
        done = true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  test('between two checks fails the container that meets it, and says what', async () => {
    await using stand = await NodeStand.start();
    spoil(join(stand.dir.path, 'local'));
    const status = await stand.complete(launchContext('true'));
    expect(status).toMatchObject({ exitStatus: -1 });
    expect(status.diagnostics).toContain('Container launch failed: ');
  });

  test('is reported to the RM, and a container that still comes ends with -101', async () => {
    await using stand = await NodeStand.start({ 'yarn.nodemanager.disk-health-checker.interval-ms': '10' });
    stand.rm.nextHeartBeatIntervalMs = 10;
    await stand.rm.tell({});
    spoil(join(stand.dir.path, 'local'));
    await stand.rm.until(() => stand.rm.heartbeats.at(-1)?.nodeStatus.nodeHealthStatus.isNodeHealthy === false);
    expect(stand.rm.heartbeats.at(-1)?.nodeStatus.nodeHealthStatus.healthReport).toContain('1/1 local-dirs are bad');
    expect(await stand.complete(launchContext('true'))).toMatchObject({ exitStatus: -101 });
  });
});

test('BOBBIN_NODE is there whatever the whitelist says', async () => {
  await using stand = await NodeStand.start({ 'yarn.nodemanager.env-whitelist': 'JAVA_HOME' });
  const { containerId } = await stand.complete(launchContext('echo {{BOBBIN_NODE}} > <LOG_DIR>/stdout'));
  expect(readFileSync(stand.logFile(containerId, 'stdout'), 'utf8').trim()).toBe(process.execPath);
});

describe('the end of a container', () => {
  test('asked for by its AM is -105, and no process is left, not even one that ignores TERM', async () => {
    await using stand = await NodeStand.start();
    await using ready = await bell();
    const id = await stand.run(
      launchContext(`trap '' TERM; (trap '' TERM; sleep 1000) & echo $$ >${ready.at}; while :; do sleep 1000; done`),
    );
    const pid = await ready.rung;
    const { succeeded } = await stand.appMaster.stopContainers({ containerIds: [id] });
    expect(succeeded).toEqual([id]);
    const status = await stand.rm.completion(id);
    expect(status).toMatchObject({ exitStatus: -105 });
    expect(status.diagnostics).toContain('Container killed by the ApplicationMaster.');
    await groupIsGone(Number(pid));
  });

  test('asked for before there is a process is -105 too', async () => {
    await using stand = await NodeStand.start();
    const id = await stand.run(launchContext('sleep 1000'));
    await stand.appMaster.stopContainers({ containerIds: [id] });
    expect((await stand.rm.completion(id)).exitStatus).toBe(-105);
  });

  test('by somebody else is the signal it died of', async () => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(launchContext('kill -KILL $$'));
    expect(status.exitStatus).toBe(137);
    expect(status.diagnostics).toContain('Killed by external signal');
  });

  test('for too much memory is -104 and says limit, usage and setting', async () => {
    await using stand = await NodeStand.start({ 'yarn.nodemanager.resource-monitor.interval-ms': '20' });
    const script =
      "const a=[];for(;;){a.push(Buffer.alloc(8<<20,1));if(a.length>40)require('fs').readSync(0,Buffer.alloc(1))}";
    const status = await stand.complete(
      launchContext(`sleep 1000 | $BOBBIN_NODE -e "$SCRIPT"`.replaceAll('"', '\\"'), {
        environment: { SCRIPT: script },
      }),
      { resource: { memoryMb: 100, vcores: 1 } },
    );
    expect(status.exitStatus).toBe(-104);
    expect(status.diagnostics).toContain("beyond the 'PHYSICAL' memory limit");
    expect(status.diagnostics).toContain('of 100 MB physical memory used');
    expect(status.diagnostics).toContain('mapreduce.map.memory.mb');
  });

  test('deletes its folder, keeps its logs, and the end of its application deletes the rest', async () => {
    await using stand = await NodeStand.start();
    const status = await stand.complete(launchContext('mkdir -p ../output/x; true'));
    const app = join(stand.dir.path, 'local', 'usercache', 'alice', 'appcache', APP);
    expect(existsSync(join(app, 'output', 'x'))).toBe(true);
    await stand.rm.tell({ applicationsToCleanup: [APP], containersToBeRemovedFromNM: [status.containerId] });
    await stand.nodeManager?.stop();
    expect(existsSync(app)).toBe(false);
    expect(readdirSync(join(stand.dir.path, 'local', 'nmPrivate'))).toEqual([]);
    expect(existsSync(stand.logFile(status.containerId, 'prelaunch.out'))).toBe(true);
  });
});
