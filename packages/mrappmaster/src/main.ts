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
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAMRMProxy, createNMProxy } from '@bobbin/client';
import {
  createLogger,
  getFileSystem,
  messageOf,
  processStartMs,
  readCredentialsFile,
  systemClock,
  systemRandom,
  type Logger,
} from '@bobbin/common';
import { keepCode } from './code-cache/keep-code.js';
import { outputCommitter } from './commit/output-committer.js';
import { readAMEnvironment, type AMEnvironment } from './conf/am-environment.js';
import { toJobConf } from './conf/am-settings.js';
import { readJobFile } from './conf/job-file.js';
import { decideUber } from './job/uber-decision.js';
import { startUberChild, type WaitingUberChild } from './launcher/uber-child.js';
import type { UberChild } from './launcher/local-container-launcher.js';
import { MRAppMaster } from './mr-app-master.js';

/** Whether the job will run in this container, as far as `job.json` tells; what is wrong with that is said by whoever needs it. */
function isUber(workDir: string): boolean {
  try {
    const { file, conf } = readJobFile(join(workDir, 'job.json'), readText);
    return decideUber(toJobConf(file, conf, { jobConfPath: '', historyFile: '' }), file.numMaps).isUber;
  } catch {
    return false;
  }
}

/**
 * Starts the task processes of an uber job: this environment, but with the job's tokens in place of ours. The first one is started
 * at once: it loads while we do.
 */
function uberChildren(env: AMEnvironment, workDir: string): (amPort: number, tokens: Uint8Array) => UberChild {
  const tokenFile = join(workDir, 'uber_tokens');
  const start = (): WaitingUberChild =>
    startUberChild({
      bundle: join(workDir, 'task.cjs'),
      containerId: env.containerId,
      environment: { ...process.env, HADOOP_TOKEN_FILE_LOCATION: tokenFile },
    });
  // A later attempt may have nothing left to run.
  let first = env.attemptNumber === 1 && isUber(workDir) ? start() : undefined;
  return (amPort, tokens) => {
    writeFileSync(tokenFile, tokens, { mode: 0o600 });
    const child = first ?? start();
    first = undefined;
    child.begin(env.nmHost, amPort);
    return child;
  };
}

const readText = (path: string): string => readFileSync(path, 'utf8');

function make(env: AMEnvironment, workDir: string, log: Logger): MRAppMaster {
  const spawnUberChild = uberChildren(env, workDir);
  return new MRAppMaster({
    env,
    workDir,
    readText,
    log,
    credentials: readCredentialsFile(env.tokenFile),
    clock: systemClock,
    random: systemRandom,
    fs: getFileSystem('file:///'),
    // AMRMConversation repeats by itself: a call that fails must not hide in the stub.
    connectRM: (token, conf) => createAMRMProxy(token, { conf, address: env.rmAddress, maxWaitMs: 0 }),
    connectNM: (nodeId, token, conf) => createNMProxy(nodeId, token, { conf }),
    spawnUberChild,
    outputCommitter: (conf, amAttempt) => outputCommitter(conf, amAttempt, getFileSystem),
  });
}

async function main(): Promise<number> {
  const env = { ...readAMEnvironment(process.env), processStartTimeMs: processStartMs() };
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
  (code) => {
    if (code === 0) keepCode();
    process.exit(code);
  },
  (error: unknown) => {
    process.stderr.write(`MRAppMaster: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
