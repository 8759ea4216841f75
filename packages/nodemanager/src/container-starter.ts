/**
 * ContainerStarter: a small process that forks the wrappers of containers. Hadoop: the native container-executor, for another reason: to fork a
 * process as large as a NodeManager takes milliseconds, in which nothing else of the NodeManager runs. It is one bash, started with the first
 * container, that reads requests from the NodeManager and ends with it; wrappers outlive both. What a wrapper has to tell comes
 * back over one pipe: `<id> forked <pid>`, then `nowhere`, or `started <pid>` and `exited <code>`; `lost` where it broke off.
 * A starter that dies takes nothing along but requests it had not read, and the next launch begins another one; a wrapper that dies
 * is found by looking for it. In both cases the container's files tell (reacquired-container.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  every,
  isAlive,
  messageOf,
  processIdentity,
  type Clock,
  type ProcessIdentity,
  type Timer,
} from '@bobbin/common';
import type { LaunchRequest, RunningContainer } from './container-executor.js';
import { ContainerLaunchError } from './errors.js';

/**
 * run: the wrapper of one container, a session member outside the container's group: $1 id, $2 launch script, $3 pid file, $4 working folder.
 * `set -m` gives a job its process group and the signals' usual meaning; it is off again before the wait, so that a job merely stopped is waited
 * for, too (`wait -f` under `set -m` spins for ever if the job ends at the wrong moment). SIGPIPE is ignored only once the container has
 * started (it would inherit that): before, a NodeManager that is gone starts nothing any more. The files are whole with their newline.
 */
const STARTER = `
set -m
run() {
  trap 'echo "$1 lost"' EXIT
  echo "$1 forked $BASHPID"
  if ! cd -- "$4"; then trap - EXIT; echo "$1 nowhere"; return; fi
  unset OLDPWD
  set -m
  /bin/bash "$2" </dev/null >/dev/null 2>&1 &
  local pid=$! code
  set +m
  trap '' PIPE
  echo $pid >"$3"
  echo "$1 started $pid"
  wait $pid
  code=$?
  kill -KILL -- -$pid
  echo $code >"$3.exitcode"
  trap - EXIT
  echo "$1 exited $code"
}
while IFS= read -r -d '' id && IFS= read -r -d '' script && IFS= read -r -d '' pidfile && IFS= read -r -d '' dir; do
  run "$id" "$script" "$pidfile" "$dir" </dev/null 2>/dev/null &
  disown
done
`;

/** How often wrappers are looked at: one that was killed says nothing. */
const GUARD_MS = 2000;

export interface ContainerStarterDeps {
  readonly clock: Clock;
  /** All the environment that containers start with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whose containers it starts, for who reads a list of processes. */
  readonly owner: string;
  /** Follows a container by its files. */
  readonly reacquire: (pidFile: string, identity: ProcessIdentity | undefined) => RunningContainer;
}

interface Launch {
  readonly request: LaunchRequest;
  readonly starter: ChildProcess;
  wrapper: ProcessIdentity | undefined;
  container: ProcessIdentity | undefined;
  /** Its wrapper was gone at the last look; what it said may not have been read yet. */
  isSuspect: boolean;
  readonly started: (identity: ProcessIdentity) => void;
  readonly failed: (error: Error) => void;
  readonly exited: (code: number) => void;
}

export class ContainerStarter {
  private starter: ChildProcess | undefined;
  private readonly launches = new Map<string, Launch>();
  private nextId = 1;
  private guard: Timer | undefined;

  constructor(private readonly deps: ContainerStarterDeps) {}

  /** As ContainerExecutor.launch. */
  launch(request: LaunchRequest): RunningContainer {
    const id = String(this.nextId++);
    this.starter ??= this.begin();
    const { starter } = this;
    let exited: Launch['exited'] = () => undefined;
    const ended = new Promise<number>((resolve) => (exited = resolve));
    const started = new Promise<ProcessIdentity>((resolve, reject) => {
      const nothingYet = { wrapper: undefined, container: undefined, isSuspect: false };
      this.launches.set(id, { request, starter, ...nothingYet, started: resolve, failed: reject, exited });
    });
    started.catch(() => undefined);
    this.guard ??= every(this.deps.clock, GUARD_MS, () => this.look());
    starter.stdin?.write(`${[id, request.scriptPath, request.pidFile, request.workDir].join('\0')}\0`);
    return { started, exited: ended };
  }

  /** Ends the starter, not the containers, and resolves when it is gone. Safe to call twice. */
  async close(): Promise<void> {
    this.guard?.cancel();
    this.guard = undefined;
    const { starter } = this;
    this.starter = undefined;
    if (starter?.pid === undefined || starter.exitCode !== null || starter.signalCode !== null) return;
    starter.ref();
    const gone = once(starter, 'exit');
    starter.stdin?.end();
    await gone;
  }

  private begin(): ChildProcess {
    const { environment, owner } = this.deps;
    // A bash that reads from a socket takes itself for a remote login, and would run its user's start-up file.
    const starter = spawn('/bin/bash', ['--norc', '-c', STARTER, 'bobbin-container-starter', owner], {
      cwd: '/',
      env: environment,
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // The daemon may end while containers run on (recovery.supervised).
    starter.unref();
    for (const pipe of [starter.stdin, starter.stdout]) (pipe as unknown as { unref(): void }).unref();
    let rest = '';
    starter.stdout.setEncoding('latin1').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.told(line);
    });
    // A request that it did not read: its end says so, too.
    starter.stdin.on('error', () => undefined);
    starter.on('error', (error) => this.broken(starter, error));
    starter.on('exit', () => this.gone(starter));
    return starter;
  }

  private told(line: string): void {
    const [id = '', what, number] = line.split(' ');
    const launch = this.launches.get(id);
    if (!launch) return;
    const { request, started, failed, exited } = launch;
    switch (what) {
      case 'forked':
        launch.wrapper = identify(Number(number));
        return;
      case 'nowhere':
        this.forget(id);
        failed(cannotStart(request, 'there is no such folder'));
        return exited(-1);
      case 'started':
        launch.container = identify(Number(number));
        return started(launch.container);
      case 'exited':
        this.forget(id);
        return exited(Number(number));
      default:
        return this.followFiles(id, launch);
    }
  }

  /** It was never there. */
  private broken(starter: ChildProcess, error: Error): void {
    if (this.starter === starter) this.starter = undefined;
    for (const [id, launch] of this.launches) {
      if (launch.starter !== starter) continue;
      this.forget(id);
      launch.failed(cannotStart(launch.request, messageOf(error)));
      launch.exited(-1);
    }
  }

  /** Wrappers it has forked go on, and are heard. */
  private gone(starter: ChildProcess): void {
    if (this.starter === starter) this.starter = undefined;
    for (const [id, launch] of this.launches) {
      if (launch.starter === starter && !launch.wrapper) this.followFiles(id, launch);
    }
  }

  private look(): void {
    for (const [id, launch] of this.launches) {
      if (!launch.wrapper || isAlive(launch.wrapper)) continue;
      if (launch.isSuspect) this.followFiles(id, launch);
      launch.isSuspect = true;
    }
  }

  /** Nothing more is heard of this one: a launch that has not been told of may have taken place. */
  private followFiles(id: string, { request, container, started, failed, exited }: Launch): void {
    this.forget(id);
    const found = this.deps.reacquire(request.pidFile, container);
    found.started.then(started, failed);
    void found.exited.then(exited);
  }

  private forget(id: string): void {
    this.launches.delete(id);
    if (this.launches.size > 0) return;
    this.guard?.cancel();
    this.guard = undefined;
  }
}

/** The process that has this pid now; one that has ended already is known by its pid alone. */
export function identify(pid: number): ProcessIdentity {
  return processIdentity(pid) ?? { pid, startTicks: 0 };
}

function cannotStart({ workDir }: LaunchRequest, why: string): ContainerLaunchError {
  return new ContainerLaunchError(`cannot start a process in '${workDir}': ${why}`);
}
