/**
 * SimNode: what a NodeManager's machine has that outlives the NodeManager: processes of containers with their wrappers, and folders that may
 * have gone bad. A wrapper is a process of its own: it starts the container, writes pid and exit code to files as the real one's bash
 * does, and tells the NodeManager only while that one lives. Programs are found by a word of the command, as a shell finds a file.
 */
import type { ContainerSignal } from '@bobbin/nodemanager';
import type { ProcessIdentity } from '@bobbin/common';
import { DiskError, type Disk } from '../disk.js';
import type { Machine, Role, SimProcess } from '../machine.js';
import { readLaunchScript, type ReadScript } from './launch-script-reader.js';

/** One container as its program sees it. */
export interface ContainerProcess extends ReadScript {
  readonly process: SimProcess;
  readonly node: SimNode;
  readonly workDir: string;
  /** What the program does on TERM or QUIT; without it TERM ends it, QUIT does nothing. */
  onSignal(signal: 'TERM' | 'QUIT', handler: () => void): void;
  /** Another process of the same group: whoever kills the container kills it too. */
  spawn(name: string, program: (process: SimProcess) => void): SimProcess;
}

export type Executable = (container: ContainerProcess) => void;

/** Word of a command to what it runs: `am.cjs`. */
export type Executables = ReadonlyMap<string, Executable>;

/** What the starter of a container hears of it, in events of its own process. */
export interface ContainerListener {
  started(identity: ProcessIdentity): void;
  exited(exitCode: number): void;
}

interface Group {
  readonly leader: SimProcess;
  readonly members: SimProcess[];
  readonly handlers: Map<'TERM' | 'QUIT', () => void>;
}

const NO_SUCH_COMMAND = 127;
const TERMINATED = 143;

export class SimNode {
  /** Folders that nothing can be written to or read from any more. */
  readonly badFolders = new Set<string>();
  /** How often each container's process was started: more than once is a fault of the NodeManager. */
  readonly starts = new Map<string, number>();
  private readonly groups = new Map<number, Group>();

  constructor(
    readonly machine: Machine,
    readonly executables: Executables,
    /** What faults may aim at, by the word of the command; the others are tasks. */
    private readonly roles: ReadonlyMap<string, Role> = new Map(),
  ) {}

  get disk(): Disk {
    return this.machine.disk;
  }

  /** Throws DiskError where a folder has gone bad or the disk is full. */
  writable(path: string): void {
    this.readable(path);
    if (this.disk.full) throw new DiskError('ENOSPC', path);
  }

  readable(path: string): void {
    for (const folder of this.badFolders) {
      if (path === folder || path.startsWith(`${folder}/`)) throw new DiskError('EIO', path);
    }
  }

  /** Starts the script through a wrapper. `starter` hears of it while it lives. */
  launch(
    launch: { readonly name: string; readonly scriptPath: string; readonly workDir: string; readonly pidFile: string },
    starter: SimProcess,
    listener: ContainerListener,
  ): void {
    const { name, scriptPath, workDir, pidFile } = launch;
    this.machine.spawn({ name: `wrapper-${name}`, role: 'helper' }, (wrapper) => {
      const container = this.spawn(name, scriptPath, workDir);
      const identity = this.identityOf(container);
      this.writeSmall(pidFile, String(container.pid));
      starter.schedule(1, `pid of ${name}`, () => listener.started(identity));
      container.onExit(() => {
        if (!wrapper.alive) return;
        this.killGroup(container.pid);
        const code = container.exitCode ?? 0;
        wrapper.schedule(1, `exit code of ${name}`, () => {
          this.writeSmall(`${pidFile}.exitcode`, String(code));
          wrapper.exit(code);
          starter.schedule(1, `exit of ${name}`, () => listener.exited(code));
        });
      });
    });
  }

  isAlive({ pid, startTicks }: ProcessIdentity): boolean {
    const process = this.machine.processes.get(pid);
    return process?.alive === true && this.identityOf(process).startTicks === startTicks;
  }

  identify(pid: number): ProcessIdentity {
    const process = this.machine.processes.get(pid);
    return process?.alive === true ? this.identityOf(process) : { pid, startTicks: 0 };
  }

  /** To the whole group; false where nothing of it lives. */
  signal({ pid, startTicks }: ProcessIdentity, signal: ContainerSignal): boolean {
    const group = this.groups.get(pid);
    const live = group?.members.filter(({ alive }) => alive) ?? [];
    if (!group || live.length === 0) return false;
    if (startTicks > 0 && this.identityOf(group.leader).startTicks !== startTicks) return false;
    if (signal === 'KILL') this.killGroup(pid);
    else for (const member of live) this.deliver(member, group, signal);
    return true;
  }

  private spawn(name: string, scriptPath: string, workDir: string): SimProcess {
    this.starts.set(name, (this.starts.get(name) ?? 0) + 1);
    const script = readLaunchScript(this.disk.read(scriptPath).toString());
    const word = script.command.split(/\s+/).find((one) => this.executables.has(one)) ?? '';
    const container: SimProcess = this.machine.spawn({ name, role: this.roles.get(word) ?? 'task' }, (process) => {
      const executable = this.executables.get(word);
      if (!executable) {
        process.exit(NO_SUCH_COMMAND);
        return;
      }
      executable({
        ...script,
        process,
        node: this,
        workDir,
        onSignal: (signal, handler) => group.handlers.set(signal, handler),
        spawn: (child, program) => {
          const member = this.machine.spawn({ name: child, role: 'helper' }, program);
          group.members.push(member);
          return member;
        },
      });
    });
    const group: Group = { leader: container, members: [container], handlers: new Map() };
    this.groups.set(container.pid, group);
    return container;
  }

  private deliver(member: SimProcess, group: Group, signal: Exclude<ContainerSignal, 'KILL'>): void {
    switch (signal) {
      case 'STOP':
        member.pause();
        return;
      case 'CONT':
        member.resume();
        return;
      case 'TERM':
      case 'QUIT': {
        const handler = member === group.leader ? group.handlers.get(signal) : undefined;
        // Of a stopped process it takes effect when it goes on.
        if (handler) member.schedule(0, `SIG${signal}`, handler);
        else if (signal === 'TERM') member.schedule(0, 'SIGTERM', () => member.exit(TERMINATED));
      }
    }
  }

  private killGroup(pid: number): void {
    for (const member of this.groups.get(pid)?.members ?? []) member.kill();
  }

  private identityOf(process: SimProcess): ProcessIdentity {
    return { pid: process.pid, startTicks: process.startedAtMs + 1 };
  }

  /** A file of the wrapper: a disk that refuses it leaves it unwritten, as `echo >file` does. */
  private writeSmall(path: string, text: string): void {
    try {
      this.writable(path);
      this.disk.write(path, Buffer.from(`${text}\n`));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }
}
