/**
 * The configuration of a MiniCluster: Hadoop's keys, everything below one folder, loopback only, ports chosen by the system. Shuffle, health and
 * memory checks of the disks are off: a test's own temporary folder needs none.
 */
import { join } from 'node:path';

export type Properties = Readonly<Record<string, string>>;

/** One node, as a test wants it. */
export interface MiniNode {
  /** @default 8192 */
  readonly memoryMb?: number;
  /** @default 8 */
  readonly vcores?: number;
  /** @default /default-rack */
  readonly rack?: string;
  /** A loopback address of its own gives a node a host name of its own; on Linux every 127.x.y.z is one. @default 127.0.0.1 */
  readonly host?: string;
  /** On top of the cluster's. */
  readonly properties?: Properties;
}

/** What RM, nodes and clients read. */
export function clusterProperties(dir: string, rmAddress = '127.0.0.1:0'): Properties {
  return {
    'hadoop.tmp.dir': join(dir, 'tmp'),
    'yarn.resourcemanager.hostname': '127.0.0.1',
    'yarn.resourcemanager.address': rmAddress,
    'yarn.resourcemanager.webapp.address': '127.0.0.1:0',
    'bobbin.resourcemanager.store-dir': join(dir, 'rm'),
    'yarn.scheduler.minimum-allocation-mb': '64',
  };
}

/** What the node of this number (from 1) reads beside that; `address` is its own of an earlier life. */
export function nodeProperties(dir: string, number: number, node: MiniNode, address?: string): Properties {
  const { memoryMb = 8192, vcores = 8, host = '127.0.0.1', rack, properties } = node;
  return {
    'yarn.nodemanager.hostname': host,
    'yarn.nodemanager.address': address ?? `${host}:0`,
    'yarn.nodemanager.webapp.address': `${host}:0`,
    'yarn.nodemanager.aux-services': '',
    'yarn.nodemanager.local-dirs': join(dir, `nm-${number}`, 'local'),
    'yarn.nodemanager.log-dirs': join(dir, `nm-${number}`, 'logs'),
    'yarn.nodemanager.recovery.dir': join(dir, `nm-${number}`, 'recovery'),
    'yarn.nodemanager.resource.memory-mb': String(memoryMb),
    'yarn.nodemanager.resource.cpu-vcores': String(vcores),
    'yarn.nodemanager.disk-health-checker.enable': 'false',
    ...(rack !== undefined && { 'bobbin.nodemanager.rack': rack }),
    ...properties,
  };
}

/** This process's variables, of which nodes hand on what their whitelist names. */
export function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
