/** Which cluster a command finds, what its folder remembers, and how a local one is laid out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Configuration, nmKeys, rmKeys } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { readClusterRecord, writeClusterRecord, type ClusterRecord } from '../../src/cluster/cluster-record.js';
import { defaultClusterDir, findClusterDir, namedClusterDir, rememberCluster } from '../../src/cluster/find-cluster.js';
import { clusterProperties, nodeProperties } from '../../src/cluster/local-conf.js';

describe('the cluster of a command', () => {
  test('is that of --dir, else of BOBBIN_DIR, else the one last started', () => {
    using dir = tempDir();
    const state = { XDG_STATE_HOME: join(dir.path, 'state') };
    expect(namedClusterDir(undefined, state)).toBeUndefined();
    rememberCluster('/last', state);
    const forget = rememberCluster('/failing', state);
    expect(namedClusterDir(undefined, state)).toBe('/failing');
    forget();
    expect(namedClusterDir(undefined, state)).toBe('/last');
    expect(namedClusterDir(undefined, { ...state, BOBBIN_DIR: '/by-variable' })).toBe('/by-variable');
    expect(namedClusterDir('/by-option', { ...state, BOBBIN_DIR: '/by-variable' })).toBe('/by-option');
  });

  test('lies below the state folder of its user where none is named', () => {
    expect(defaultClusterDir({ XDG_STATE_HOME: '/s' })).toBe('/s/bobbin/local-cluster');
    expect(defaultClusterDir({ HOME: '/home/ann' })).toBe('/home/ann/.local/state/bobbin/local-cluster');
  });

  test('that nobody names, or that is not there, is said with what to do', () => {
    using dir = tempDir();
    expect(() => findClusterDir(undefined, { XDG_STATE_HOME: dir.path })).toThrow(
      'no cluster is known here; start one with `bobbin cluster start`, or name its folder with --dir or BOBBIN_DIR',
    );
    expect(() => findClusterDir(dir.path, {})).toThrow(`there is no cluster in '${dir.path}'`);
    mkdirSync(join(dir.path, 'conf'));
    expect(findClusterDir(dir.path, {})).toBe(dir.path);
  });
});

describe('the record of a cluster', () => {
  const daemon = {
    name: 'resourcemanager',
    process: { pid: 1, startTicks: 2 },
    address: 'a:1',
    webAddress: 'a:2',
    log: '/l',
  };
  const record: ClusterRecord = { version: 1, startedAtMs: 5, resourceManager: daemon, nodeManagers: [daemon] };

  test('is read as it was written; without one there is none', () => {
    using dir = tempDir();
    expect(readClusterRecord(dir.path)).toBeUndefined();
    writeClusterRecord(dir.path, record);
    expect(readClusterRecord(dir.path)).toEqual(record);
  });

  test.each(['', '{', '[]', 'null', '{"version":2}'])('that holds %j is refused with its name', (content) => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'cluster.json'), content);
    expect(() => readClusterRecord(dir.path)).toThrow(
      `${join(dir.path, 'cluster.json')} is not the record of a Bobbin cluster`,
    );
  });
});

describe('the configuration of a local cluster', () => {
  const machine = { cores: 8, memoryMb: 32_000 };

  test('is valid, keeps everything below its folder, and binds loopback only', () => {
    const conf = Configuration.fromProperties({ ...clusterProperties('/c'), ...nodeProperties('/c', 2, 3, machine) });
    expect(conf.get(rmKeys.address)).toEqual({ host: '127.0.0.1', port: 0 });
    expect(conf.get(nmKeys.webappAddress)).toEqual({ host: '127.0.0.1', port: 0 });
    for (const key of [rmKeys.rmStoreDir, nmKeys.recoveryDir]) expect(conf.get(key)).toMatch(/^\/c\//);
    expect(conf.get(nmKeys.localDirs)).toEqual(['/c/nm-2/local']);
  });

  test('keeps the addresses of daemons that ran before', () => {
    const before = { address: '127.0.0.1:1', webAddress: '127.0.0.1:2' };
    const conf = Configuration.fromProperties({
      ...clusterProperties('/c', before),
      ...nodeProperties('/c', 1, 1, machine, before),
    });
    expect([conf.get(rmKeys.address).port, conf.get(rmKeys.webappAddress).port]).toEqual([1, 2]);
    expect([conf.get(nmKeys.address).port, conf.get(nmKeys.webappAddress).port]).toEqual([1, 2]);
  });

  test.each([
    [{ cores: 8, memoryMb: 32_000 }, 2, 8192, 5],
    [{ cores: 2, memoryMb: 8_000 }, 2, 3000, 2],
    [{ cores: 1, memoryMb: 1_000 }, 3, 1024, 2],
  ])('shares out %j among %i nodes: %i MiB and %i cores each', (size, nodes, memoryMb, vcores) => {
    const conf = Configuration.fromProperties(nodeProperties('/c', 1, nodes, size));
    expect([conf.get(nmKeys.resourceMemoryMb), conf.get(nmKeys.resourceCpuVcores)]).toEqual([memoryMb, vcores]);
  });
});

test('the entry file runs on any Node far enough to say that it is too old', () => {
  const entry = readFileSync(join(__dirname, '../../bin/bobbin.mjs'), 'utf8');
  const staticImports = [...entry.matchAll(/^import .* from '(.*)';$/gm)].map((match) => match[1]);
  for (const name of staticImports) expect(name).toMatch(/^node:/);
  expect(entry).toContain('bobbin needs Node 22.12 or newer');
});
