/**
 * Session: what every command that speaks to a cluster begins with: the configuration it found, who asks, and the connection to
 * the ResourceManager.
 */
import {
  bobbinKeys,
  loadConfiguration,
  mrAmKeys,
  userName,
  type CallCredentials,
  type Configuration,
} from '@bobbin/common';
import { createMRClient, createYarnClient, JobClient, type YarnClient } from '@bobbin/client';
import { confDir } from './cluster/cluster-record.js';
import { findClusterDir } from './cluster/find-cluster.js';
import { clientCredentials } from './credentials.js';
import type { CommandIO } from './output/io.js';

/** Options of every such command. */
export interface ClusterSelection {
  /** Folder of a local cluster. */
  readonly dir?: string;
  /** Folder of configuration files, in the place of a cluster's. */
  readonly config?: string;
  readonly define?: readonly string[];
}

export interface Session {
  readonly conf: Configuration;
  readonly user: string;
  readonly credentials: () => CallCredentials;
  readonly rm: YarnClient;
  readonly jobs: JobClient;
}

/** Runs `work` with a session and closes it. Throws ConfigurationError, CommandError. */
export async function withSession<T>(
  selection: ClusterSelection,
  io: CommandIO,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const conf = await commandConfiguration(selection, io);
  // As Hadoop's clients do where nothing stronger than a name is asked for.
  const user = io.environment['HADOOP_USER_NAME'] ?? userName(io.environment);
  const credentials = clientCredentials(conf.get(bobbinKeys.secretFile), user, io.clock);
  const rm = createYarnClient(credentials, { conf, clock: io.clock });
  const connect = (address: string, token: CallCredentials) =>
    createMRClient(address, token, { conf, clock: io.clock });
  try {
    return await work({ conf, user, credentials, rm, jobs: new JobClient({ rm, conf, clock: io.clock, connect }) });
  } finally {
    rm.close();
  }
}

/** `--config`, else the configuration of the cluster that `--dir`, BOBBIN_DIR or memory name; `-D` on top. */
export function commandConfiguration(selection: ClusterSelection, io: CommandIO): Promise<Configuration> {
  const folder = selection.config ?? confDir(findClusterDir(selection.dir, io.environment));
  return loadConfiguration({
    directories: [folder],
    defines: selection.define ?? [],
    environment: io.environment,
    onWarning: (warning) => io.warn(warning),
  });
}

/** The folder below which this user's staging folders lie. Hadoop: MRApps.getStagingAreaDir. */
export function stagingRoot(conf: Configuration, user: string): string {
  return `${conf.get(mrAmKeys.stagingDir)}/${user}/.staging`;
}
