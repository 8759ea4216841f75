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
  type ServerGap,
} from '@bobbin/common';
import { createClientRMProxy, createMRClient, JobClient, type ClientRMProxy } from '@bobbin/client';
import { confDir, isMarkedStopped } from './cluster/cluster-record.js';
import { findClusterDir } from './cluster/find-cluster.js';
import { clientCredentials } from './credentials.js';
import { CommandError } from './errors.js';
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
  readonly rm: ClientRMProxy;
  readonly jobs: JobClient;
  /** Takes the place of the error output for what has to be told while a call waits, until the returned function is called. */
  onNotice(listener: (line: string) => void): () => void;
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
  let notice = (line: string): void => io.warn(line);
  const onNotice = (listener: (line: string) => void): (() => void) => {
    notice = listener;
    return () => void (notice = (line) => io.warn(line));
  };
  const localDir = selection.config === undefined ? findClusterDir(selection.dir, io.environment) : undefined;
  let giveUp: (reason: CommandError) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => (giveUp = reject));
  const onGap = (gap: ServerGap): void => {
    if (!gap.isOver && localDir !== undefined && isMarkedStopped(localDir))
      giveUp(new CommandError(`the cluster in ${localDir} was stopped`));
    else notice(gapLine(gap));
  };
  const rm = createClientRMProxy(credentials, { conf, clock: io.clock, onGap });
  const connect = (address: string, token: CallCredentials) =>
    createMRClient(address, token, { conf, clock: io.clock });
  try {
    const jobs = new JobClient({ rm, conf, clock: io.clock, connect });
    return await Promise.race([work({ conf, user, credentials, rm, jobs, onNotice }), stopped]);
  } finally {
    rm.close();
  }
}

function gapLine({ address, isOver, maxWaitMs }: ServerGap): string {
  if (isOver) return `The ResourceManager at ${address} answers again`;
  const seconds = Math.round(maxWaitMs / 1000);
  return `The ResourceManager at ${address} does not answer; trying for up to ${seconds} s`;
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
