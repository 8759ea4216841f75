/**
 * The process of an AppMaster: environment, log, connections, signals, exit code. Hadoop: MRAppMaster.main. Bundled to `am.cjs`
 * and started in a container; the log goes to `<LOG_DIR>/syslog`, and what keeps it from starting also to the error output,
 * whose end the ResourceManager shows.
 *
 * | exit | meaning |
 * | ---- | ------- |
 * | 0    | the RM was told how the job ended |
 * | 1    | it could not start, or broke down, or the RM forgot it: another attempt may take over |
 * | 143  | SIGTERM, before the job had ended |
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAMRMProxy, createNMProxy } from '@bobbin/client';
import {
  createLogger,
  getFileSystem,
  messageOf,
  mrKeys,
  readCredentialsFile,
  systemClock,
  systemRandom,
  type Configuration,
  type Logger,
} from '@bobbin/common';
import { FileOutputCommitter } from '@bobbin/mapreduce/runtime';
import type { JobCommitter } from './commit/committer-event-handler.js';
import { readAMEnvironment, type AMEnvironment } from './conf/am-environment.js';
import { spawnUberChild } from './launcher/uber-child.js';
import type { UberChild } from './launcher/local-container-launcher.js';
import { MRAppMaster } from './mr-app-master.js';

/** A job without an output folder writes nothing that would have to be committed. */
const NOTHING_TO_COMMIT: JobCommitter = {
  isCommitJobRepeatable: true,
  isRecoverySupported: true,
  recoverTask: () => Promise.resolve(),
  setupJob: () => Promise.resolve(),
  commitJob: () => Promise.resolve(),
  abortJob: () => Promise.resolve(),
  abortTask: () => Promise.resolve(),
};

function outputCommitter(conf: Configuration, amAttempt: number): JobCommitter {
  const outputDir = conf.get(mrKeys.outputDir);
  if (outputDir === undefined) return NOTHING_TO_COMMIT;
  const markSuccessfulJobs = conf.get(mrKeys.committerMarkSuccessfulJobs);
  return new FileOutputCommitter({ fs: getFileSystem(outputDir), outputDir, amAttempt, markSuccessfulJobs });
}

/** The task process of an uber job: this environment, but with the job's tokens in place of ours. */
function uberChild(env: AMEnvironment, workDir: string, amPort: number, tokens: Uint8Array): UberChild {
  const tokenFile = join(workDir, 'uber_tokens');
  writeFileSync(tokenFile, tokens, { mode: 0o600 });
  return spawnUberChild({
    bundle: join(workDir, 'task.cjs'),
    amHost: env.nmHost,
    amPort,
    containerId: env.containerId,
    environment: { ...process.env, HADOOP_TOKEN_FILE_LOCATION: tokenFile },
  });
}

function make(env: AMEnvironment, workDir: string, log: Logger): MRAppMaster {
  return new MRAppMaster({
    env,
    workDir,
    log,
    credentials: readCredentialsFile(env.tokenFile),
    clock: systemClock,
    random: systemRandom,
    fs: getFileSystem('file:///'),
    // RMCommunicator repeats by itself: a call that fails must not hide in the stub.
    connectRM: (token, conf) => createAMRMProxy(token, { conf, address: env.rmAddress, maxWaitMs: 0 }),
    connectNM: (nodeId, token, conf) => createNMProxy(nodeId, token, { conf }),
    spawnUberChild: (amPort, tokens) => uberChild(env, workDir, amPort, tokens),
    outputCommitter,
  });
}

async function main(): Promise<number> {
  const env = readAMEnvironment(process.env);
  const log = createLogger({ name: 'mrappmaster', file: join(env.logDir, 'syslog') });
  try {
    const master = make(env, process.cwd(), log);
    process.once('SIGTERM', () => void master.stopBySignal());
    process.once('SIGINT', () => void master.stopBySignal());
    return await master.run();
  } catch (error) {
    log.error('the AppMaster broke down', { error });
    throw error;
  }
}

// Everything that is still open (sockets of clients, timers) has served its purpose when the code is known.
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`MRAppMaster: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
