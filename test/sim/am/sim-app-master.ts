/**
 * simAppMaster: the production AppMaster of a MapReduce job as a program of a container. What the real `am.cjs` does around MRAppMaster, and
 * no more: environment, credentials, connections, signals, exit code.
 */
import { createAMRMProxy, createNMProxy } from '@bobbin/client';
import { readCredentialsFile } from '@bobbin/common';
import { MRAppMaster, outputCommitter, readAMEnvironment, type UberChild } from '@bobbin/mrappmaster';
import type { SimProcess } from '../machine.js';
import type { ContainerProcess, Executable } from '../nodes/sim-node.js';
import { SimFileSystem } from '../sim-file-system.js';
import { runSimTask, type SimTaskOptions } from './sim-task.js';
import { simWires } from './sim-wires.js';

const BROKE_DOWN = 1;

export function simAppMaster(options: SimTaskOptions): Executable {
  return (container) => {
    const { process, node, workDir, environment } = container;
    const { clock, random, log, transport } = process;
    const read = (path: string): Buffer => {
      process.check();
      return node.disk.read(path);
    };
    const fs = new SimFileSystem(process, options.shared);
    const env = readAMEnvironment(environment);
    const uber = (amPort: number, tokens: Uint8Array): UberChild => spawnUber(container, amPort, tokens, options);
    try {
      const master = new MRAppMaster({
        env,
        workDir,
        readText: (path) => read(path).toString(),
        credentials: readCredentialsFile(env.tokenFile, read),
        clock,
        random,
        log,
        fs,
        connectRM: (token, conf) =>
          createAMRMProxy(token, { conf, address: env.rmAddress, maxWaitMs: 0, clock, transport }),
        connectNM: (nodeId, token, conf) => createNMProxy(nodeId, token, { conf, clock, transport }),
        spawnUberChild: uber,
        outputCommitter: (conf, amAttempt) => outputCommitter(conf, amAttempt, () => fs),
        transport,
        wires: simWires(process),
      });
      container.onSignal('TERM', () => void master.stopBySignal());
      master.run().then(
        (code) => process.exit(code),
        (error: unknown) => brokeDown(process, error),
      );
    } catch (error) {
      brokeDown(process, error);
    }
  };
}

function brokeDown(process: SimProcess, error: unknown): void {
  if (!process.alive) return;
  process.log.info('the AppMaster broke down', { error });
  process.exit(BROKE_DOWN);
}

/** A process of the AM's container, which goes with its AM. */
function spawnUber(
  container: ContainerProcess,
  amPort: number,
  tokens: Uint8Array,
  options: SimTaskOptions,
): UberChild {
  const { process: am, node, workDir, environment } = container;
  am.point('spawn uber child');
  const tokenFile = `${workDir}/uber_tokens`;
  node.disk.write(tokenFile, tokens);
  const args = [environment['NM_HOST'] ?? '', String(amPort), environment['CONTAINER_ID'] ?? ''];
  const child = container.spawn(`uber-${args[2]}`, (process) =>
    runSimTask(
      { ...container, process, environment: { ...environment, HADOOP_TOKEN_FILE_LOCATION: tokenFile } },
      args,
      options,
    ),
  );
  am.onExit(() => child.kill());
  const ended = new Promise<string | undefined>((resolve) => {
    child.onExit(() => {
      const { exitCode } = child;
      am.schedule(0, 'uber child ended', () => resolve(exitCode === 0 ? undefined : `exited with code ${exitCode}`));
    });
  });
  return { ended, kill: () => child.kill() };
}
