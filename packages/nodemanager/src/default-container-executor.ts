/**
 * DefaultContainerExecutor: containers as processes of the NodeManager's own user, each a process group of its own.
 * Hadoop: nodemanager.DefaultContainerExecutor with its default_container_executor{,_session}.sh. Both scripts are one line of
 * bash here. The wrapper is a session leader outside the container's group: a Ctrl-C at the NodeManager reaches neither, and a
 * KILL to the group leaves the wrapper to write the exit code and to clear what the leader left running.
 */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  ContainerExitStatus,
  isAlive,
  messageOf,
  processIdentity,
  signalProcess,
  type Clock,
  type ProcessIdentity,
} from '@bobbin/common';
import type { ContainerExecutor, ContainerSignal, LaunchRequest, RunningContainer } from './container-executor.js';
import { ContainerLaunchError } from './errors.js';
import { reacquireContainer } from './reacquired-container.js';

/**
 * $1 launch script, $2 pid file. `set -m` gives the job its process group; it is off again before the wait, so that a job
 * merely stopped is waited for, too (`wait -f` under `set -m` spins for ever if the job ends at the wrong moment). SIGPIPE is ignored only once the container has started (it would inherit that): the NodeManager may be gone.
 */
const WRAPPER = `
set -m
/bin/bash "$1" </dev/null >/dev/null 2>&1 &
pid=$!
set +m
trap '' PIPE
echo $pid >"$2.tmp" && mv -f "$2.tmp" "$2"
echo $pid
exec >&-
wait $pid
code=$?
kill -KILL -- -$pid
echo $code >"$2.exitcode.tmp" && mv -f "$2.exitcode.tmp" "$2.exitcode"
exit $code
`;

export interface DefaultContainerExecutorOptions {
  readonly clock: Clock;
  /** How long the pid file of a container that is taken back, and the exit code file of one that is gone, may take to show. */
  readonly exitCodeFileTimeoutMs: number;
}

export class DefaultContainerExecutor implements ContainerExecutor {
  constructor(private readonly options: DefaultContainerExecutorOptions) {}

  launch(request: LaunchRequest): RunningContainer {
    const wrapper = spawn('/bin/bash', ['-c', WRAPPER, 'bobbin-container', request.scriptPath, request.pidFile], {
      cwd: request.workDir,
      env: request.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // The daemon may end while containers run on (recovery.supervised); the wrapper must not hold it back.
    wrapper.unref();
    const started = new Promise<ProcessIdentity>((resolve, reject) => {
      let text = '';
      wrapper.stdout.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('\n')) resolve(identify(Number.parseInt(text, 10)));
      });
      wrapper.on('error', (error) => {
        reject(
          new ContainerLaunchError(`cannot start a process in '${request.workDir}': ${messageOf(error)}`, -1, error),
        );
      });
      // Not 'exit': that of a short container may be known before what the wrapper said has been read.
      wrapper.on('close', (code, signal) => {
        reject(new ContainerLaunchError(`the wrapper ended before its container began (${signal ?? `code ${code}`})`));
      });
    });
    const exited = new Promise<number>((resolve) => {
      wrapper.on('exit', (code) => resolve(code ?? ContainerExitStatus.LOST));
      wrapper.on('error', () => resolve(-1));
    });
    started.catch(() => undefined);
    return { started, exited };
  }

  reacquire(pidFile: string, identity: ProcessIdentity | undefined): RunningContainer {
    const read = (file: string): Promise<string> => readFile(file, 'latin1').catch(() => '');
    return reacquireContainer({ ...this.options, read, watch: watchBeside, isAlive, identify }, pidFile, identity);
  }

  signal(target: ProcessIdentity, signal: ContainerSignal): boolean {
    // A pid that started at another time belongs to somebody else by now; its group may outlive a leader that is gone.
    const leader = processIdentity(target.pid);
    if (leader && target.startTicks > 0 && leader.startTicks !== target.startTicks) return false;
    return signalProcess(target.pid, `SIG${signal}`, true);
  }
}

function identify(pid: number): ProcessIdentity {
  return processIdentity(pid) ?? { pid, startTicks: 0 };
}

function watchBeside(file: string, onChange: () => void): () => void {
  try {
    const watcher = watch(dirname(file), { persistent: false }, onChange);
    watcher.on('error', () => undefined);
    return () => watcher.close();
  } catch {
    // The folder is gone, or the machine has no watches left.
    return () => undefined;
  }
}
