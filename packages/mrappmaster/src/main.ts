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
import { uberChildSettings } from './launcher/first-uber-child.js';
import { startUberChild, type WaitingUberChild } from './launcher/uber-child.js';
import type { UberChild } from './launcher/local-container-launcher.js';
import { MRAppMaster } from './mr-app-master.js';

/** A parameter of the function around the bundled program. */
declare const early: WaitingUberChild | undefined;

/** Starts the task processes of an uber job; the first may have been started before this program was loaded. */
function uberChildren(env: AMEnvironment, workDir: string): (amPort: number, tokens: Uint8Array) => UberChild {
  const settings = uberChildSettings(process.env, workDir);
  let first = typeof early === 'undefined' ? undefined : early;
  return (amPort, tokens) => {
    writeFileSync(settings.tokenFile, tokens, { mode: 0o600 });
    const child = first ?? startUberChild(settings);
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
