/**
 * World: one run of one plan: the machines, the daemons on them and who starts them again, the client, the faults, the checkers. Everything
 * that must know of a process, a call or a death is told here and hands it on.
 */
import { Configuration, resourceTrackerProtocol, type LogFields } from '@bobbin/common';
import { ClusterClient, type Job } from './cluster/client.js';
import { executables, scriptedTask, type ContainerPrograms } from './cluster/programs.js';
import { CLUSTER_SECRET, resourceManager, RM_ADDRESS, RM_HOST, type RunningRM } from './cluster/resource-manager.js';
import { scriptedAM } from './cluster/scripted-am.js';
import { NM_PORT, NodeMemory, scriptedNode } from './cluster/scripted-node.js';
import { count, emptyCoverage } from './coverage.js';
import type { AttemptWatcher } from './am/sim-attempt.js';
import { simAppMaster } from './am/sim-app-master.js';
import { simTask } from './am/sim-task.js';
import { stageJob } from './am/stage-job.js';
import type { Checker } from './checkers/checker.js';
import { allCheckers } from './checkers/index.js';
import { HEARTBEAT, settingMs, type Fault, type JobPlan, type NodePlan, type Plan } from './faults/plan.js';
import { Machine, type ProcessWatcher, type Program, type Role, type SimProcess } from './machine.js';
import { JobPhases } from './phases.js';
import { Net, type CallFault, type NetWatcher, type ServedCall } from './net.js';
import { Disk } from './disk.js';
import { simNodeManager } from './nodes/sim-node-manager.js';
import { SimNode } from './nodes/sim-node.js';
import { Simulator } from './simulator.js';
import type { Trace } from './trace.js';

export const CLIENT_HOST = 'client';
const DEFAULT_RESTART_MS = 1000;

interface Daemon {
  readonly machine: Machine;
  readonly role: Role;
  readonly program: () => Program;
  process: SimProcess | undefined;
  /** For the next death; undefined: the default. */
  restartMs: number | undefined;
}

export class World implements ProcessWatcher, NetWatcher {
  readonly sim: Simulator;
  readonly net: Net;
  readonly machines = new Map<string, Machine>();
  /** The file system that every machine sees; it never fails. */
  readonly shared: Disk;
  readonly coverage = emptyCoverage();
  readonly client: ClusterClient;
  readonly daemons = new Map<string, Daemon>();
  /** The ResourceManager that lives, once its core is made. */
  rm: RunningRM | undefined;
  phase: 'chaos' | 'heal' | 'rest' = 'chaos';
  private readonly checkers: readonly Checker[];
  /** Those of them that want what is told most often. */
  private readonly ofPoints: readonly Checker[];
  private readonly ofCalls: readonly Checker[];
  private readonly ofBeats: readonly Checker[];
  private readonly instances = new Map<Role, number>();
  private readonly instanceOf = new Map<SimProcess, number>();
  readonly phases: JobPhases;
  private readonly pointFaults: Fault[];
  /** Points that are left until it strikes. */
  private readonly armed = new Map<Fault, number>();
  private readonly struck = new Set<string>();
  /** Points passed, by role and name: what a sweep goes through. */
  readonly passed: { readonly role: Role; readonly instance: number; readonly point: number; readonly name: string }[] =
    [];
  recordPoints = false;
  private readonly attempts: AttemptWatcher = {
    began: (attempt, process) => {
      this.phases.began(attempt);
      this.each((checker) => checker.began?.(attempt, process));
    },
    finished: (attempt, process) => {
      this.phases.finished(attempt);
      this.each((checker) => checker.finished?.(attempt, process));
    },
    committed: (attempt, process) => this.each((checker) => checker.committed?.(attempt, process)),
  };
  /** By how much all clocks were put forward together. */
  steppedMs = 0;

  constructor(
    readonly plan: Plan,
    trace: Trace,
  ) {
    this.sim = new Simulator(plan.seed, trace);
    this.net = new Net(this.sim, this);
    this.shared = new Disk(this.sim, 'shared');
    this.phases = new JobPhases(plan.jobs, this.shared);
    this.pointFaults = plan.faults.filter(({ kind }) => kind === 'kill-at-point');
    this.checkers = allCheckers(this);
    this.ofPoints = this.checkers.filter(({ point }) => point);
    this.ofCalls = this.checkers.filter(({ served }) => served);
    this.ofBeats = this.checkers.filter(({ heard }) => heard);
    const ofEvents = this.checkers.filter(({ event }) => event);
    const rm = this.machine(RM_HOST);
    this.daemon(rm, 'rm', () => resourceManager(plan.properties, (running) => this.rmStarted(running)));
    for (const node of plan.nodes) this.node(node);
    const clientProcess = this.machine(CLIENT_HOST).spawn({ name: 'client', role: 'client' }, () => undefined);
    this.client = new ClusterClient(
      clientProcess,
      plan.jobs.map((job, index) => jobOf(job, index, this.shared)),
      {
        accepted: (entry, applicationId) => this.phases.accepted(this.client.ledger.indexOf(entry), applicationId),
        told: (...report) => this.each((checker) => checker.told?.(...report)),
        forgotten: (entry) => this.each((checker) => checker.forgotten?.(entry)),
      },
    );
    this.sim.onEvent(() => this.each((checker) => checker.event?.(), ofEvents));
  }

  /** Whether an application was acknowledged and has not ended. */
  get jobRuns(): boolean {
    return this.client.ledger.some(({ acknowledged, ended }) => acknowledged && !ended);
  }

  /** Marks that a fault did something; counted once, and only where a job ran. */
  strikes(fault: Fault, kind: string = fault.kind): void {
    if (this.struck.has(fault.id) || !this.jobRuns) return;
    this.struck.add(fault.id);
    count(this.coverage.faults, kind);
    for (const phase of this.phases.running(this.client.ledger)) count(this.coverage.phases, `${kind} @ ${phase}`);
  }

  /** `kill-at-point` with a phase: from now on its points are counted. */
  arm(fault: Fault): void {
    this.armed.set(fault, fault.point ?? 1);
  }

  sometimes(name: string): void {
    count(this.coverage.sometimes, name);
  }

  processes(role: Role): readonly SimProcess[] {
    const found: SimProcess[] = [];
    for (const machine of this.machines.values()) {
      for (const process of machine.running()) if (process.role === role) found.push(process);
    }
    return found;
  }

  /** Kills a daemon for `restartMs`; nothing where it is not running. */
  killDaemon(host: string, restartMs: number | undefined): boolean {
    const daemon = this.daemons.get(host);
    if (!daemon?.process?.alive) return false;
    daemon.restartMs = restartMs;
    daemon.process.kill();
    return true;
  }

  /** Starts a daemon that is not running. Nothing on a machine without power. */
  startDaemon(host: string): void {
    const daemon = this.daemons.get(host);
    if (!daemon || daemon.process?.alive || this.net.dark.has(host)) return;
    const name = daemon.role;
    daemon.process = daemon.machine.spawn({ name, role: daemon.role }, daemon.program());
  }

  /** Phase B begins: what was paused goes on, daemons run, and what is lost for ever is lost now. */
  heal(): void {
    for (const host of this.plan.lostForEver) {
      this.net.dark.add(host);
      this.machines.get(host)?.powerOff();
      if (this.jobRuns) count(this.coverage.sometimes, 'a node is lost for ever while a job runs');
    }
    for (const machine of this.machines.values()) {
      for (const process of machine.running()) process.resume();
      // As a time service would: the wall is right again, the monotonic clock keeps what it has run ahead.
      machine.setDrift(0);
      machine.wallOffsetMs = this.steppedMs - machine.driftMs();
      this.startDaemon(machine.host);
    }
  }

  /** Roughly how long the plan's jobs take one after the other on what is left, without faults. */
  faultFreeMs(): number {
    let ms = 0;
    for (const job of this.plan.jobs) {
      ms += 3000;
      if (job.kind === 'custom') ms += (job.containers + 1) * job.taskMs;
      else ms += (job.maps + 1) * job.mapMs + (job.reduces + 1) * job.reduceMs + Object.keys(job.fates).length * 40_000;
    }
    return ms;
  }

  /** All rules that are checked at the end. */
  finish(): void {
    this.each((checker) => checker.end?.());
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const machine of this.machines.values()) machine.disk.dispose();
    this.shared.dispose();
  }

  /** Who lives, and what clients know: for a reader of a failure. */
  describe(): readonly string[] {
    const lines: string[] = [];
    for (const { host, processes } of this.machines.values()) {
      const alive = [...processes.values()].filter(({ state }) => state !== 'DEAD');
      lines.push(`${host}: ${alive.map(({ id, state }) => `${id} ${state}`).join(', ') || 'nothing runs'}`);
    }
    for (const { applicationId, state, job, report } of this.client.ledger)
      lines.push(`${job.name}: ${applicationId} ${state} ${report?.finalApplicationStatus} ${report?.diagnostics}`);
    return lines;
  }

  // ---- what the machines and the net tell ---------------------------------------------------------------------------

  started(process: SimProcess): void {
    const instance = this.instances.get(process.role) ?? 0;
    this.instances.set(process.role, instance + 1);
    this.instanceOf.set(process, instance);
    this.each((checker) => checker.started?.(process));
  }

  died(process: SimProcess): void {
    if (process.role === 'rm') this.rm = undefined;
    this.each((checker) => checker.died?.(process));
    const { host } = process.machine;
    const daemon = this.daemons.get(host);
    if (daemon?.process !== process) return;
    const restartMs = daemon.restartMs ?? DEFAULT_RESTART_MS;
    daemon.restartMs = undefined;
    this.sim.schedule(restartMs, undefined, `restart of ${host}`, () => this.startDaemon(host));
  }

  crashPoint(process: SimProcess, name: string): boolean {
    const instance = this.instanceOf.get(process) ?? -1;
    if (this.recordPoints) this.passed.push({ role: process.role, instance, point: process.points, name });
    this.each((checker) => checker.point?.(process, name), this.ofPoints);
    for (const fault of this.pointFaults) {
      if (fault.role !== process.role || !this.isItsPoint(fault, process, instance) || this.phase !== 'chaos') continue;
      const daemon = this.daemons.get(process.machine.host);
      if (daemon?.process === process) daemon.restartMs = fault.restartMs;
      this.strikes(fault);
      if (this.jobRuns) count(this.coverage.points, `${process.role} ${plainName(name)}`);
      this.sim.trace.note(`${process.id} dies at point ${process.points}: ${name}`);
      return true;
    }
    return false;
  }

  private isItsPoint(fault: Fault, process: SimProcess, instance: number): boolean {
    if (!fault.when)
      return fault.instance === instance && fault.point === process.points && this.sim.nowMs >= fault.atMs;
    const left = this.armed.get(fault);
    if (left === undefined) return false;
    this.armed.set(fault, left - 1);
    return left === 1;
  }

  logged(process: SimProcess, level: 'warn' | 'error', message: string, fields: LogFields): void {
    this.each((checker) => checker.logged?.(process, level, message, fields));
  }

  faulted(process: SimProcess, error: unknown): void {
    this.each((checker) => checker.faulted?.(process, error));
  }

  callFault(callFault: CallFault): void {
    const fault = this.plan.faults.find(({ id }) => id === callFault.id);
    if (fault) this.strikes(fault);
  }

  served(server: SimProcess, call: ServedCall): void {
    this.each((checker) => checker.served?.(server, call), this.ofCalls);
    const { service, method, request, answer } = call;
    if (service !== resourceTrackerProtocol.service || method !== 'nodeHeartbeat') return;
    const codecs = resourceTrackerProtocol.codecs.nodeHeartbeat;
    const { nodeStatus } = codecs.request.decode(request);
    const nodeAction = answer && codecs.response.decode(answer).nodeAction;
    this.each((checker) => checker.heard?.(nodeStatus, nodeAction), this.ofBeats);
  }

  private rmStarted(running: RunningRM): void {
    this.rm = running;
    this.each((checker) => checker.rmStarted?.(running));
  }

  private each(tell: (checker: Checker) => void, checkers = this.checkers): void {
    for (const checker of checkers) tell(checker);
  }

  private machine(host: string): Machine {
    const machine = new Machine(this.sim, this.net, host, this);
    this.machines.set(host, machine);
    this.net.add(machine);
    return machine;
  }

  private daemon(machine: Machine, role: Role, program: () => Program): void {
    this.daemons.set(machine.host, { machine, role, program, process: undefined, restartMs: undefined });
    this.startDaemon(machine.host);
  }

  private node({ host, memoryMb, vcores, rackName }: NodePlan): void {
    const { nodeManager, properties } = this.plan;
    const machine = this.machine(host);
    if (nodeManager === 'scripted') {
      const memory = new NodeMemory();
      const heartbeatIntervalMs = settingMs(this.plan, HEARTBEAT, 1000);
      const resource = { memoryMb, vcores };
      this.daemon(machine, 'nm', () =>
        scriptedNode({ resource, memory, programs: PROGRAMS, heartbeatIntervalMs, rackName }),
      );
      return;
    }
    const roles = new Map<string, Role>([...PROGRAMS].map(([word, { role }]) => [word, role]));
    roles.set('am.cjs', 'am');
    const programs = new Map(executables(PROGRAMS));
    const tasks = { shared: this.shared, watcher: this.attempts };
    programs.set('am.cjs', simAppMaster(tasks));
    programs.set('task.cjs', simTask(tasks));
    const node = new SimNode(machine, programs, roles);
    const conf = Configuration.fromProperties({
      'yarn.nodemanager.address': `${host}:${NM_PORT}`,
      'yarn.nodemanager.webapp.address': `${host}:8042`,
      'yarn.nodemanager.local-dirs': '/local/a,/local/b',
      'yarn.nodemanager.log-dirs': '/logs',
      'yarn.nodemanager.recovery.dir': '/state',
      'yarn.nodemanager.resource.memory-mb': String(memoryMb),
      'yarn.nodemanager.resource.cpu-vcores': String(vcores),
      'yarn.resourcemanager.address': RM_ADDRESS,
      'mapreduce.shuffle.port': '13562',
      'bobbin.nodemanager.rack': rackName,
      'bobbin.security.secret-file': '/etc/secret',
      ...properties,
    });
    const program = simNodeManager(node, { conf, shared: this.shared, secret: CLUSTER_SECRET });
    this.daemon(machine, 'nm', () => program);
  }
}

const PROGRAMS: ContainerPrograms = new Map([
  ['custom-am', { role: 'am', start: scriptedAM } as const],
  ['task', { role: 'task', start: scriptedTask } as const],
]);

function jobOf(plan: JobPlan, index: number, shared: Disk): Job {
  const { user, submitAtMs, killAtMs, maxAppAttempts } = plan;
  const base = {
    name: `job ${index}`,
    user,
    submitAtMs,
    ...(killAtMs !== undefined && { killAtMs }),
    expects: killAtMs === undefined && maxAppAttempts > 10 ? 'SUCCEEDED' : 'any',
    maxAppAttempts,
  } as const;
  if (plan.kind === 'custom') {
    const command = `custom-am ${plan.containers} ${plan.taskMs} ${plan.failures}`;
    return { ...base, resource: { memoryMb: 1024, vcores: 1 }, command };
  }
  return {
    ...base,
    resource: { memoryMb: 1536, vcores: 1 },
    command: 'am.cjs',
    keepContainers: true,
    prepare: (applicationId) => stageJob(shared, applicationId, plan),
  };
}

/** Without ids and paths: what a point is, not where. */
function plainName(name: string): string {
  return name.replace(/ .*\//, ' ').replace(/[0-9]{4,}[0-9_]*/g, 'N');
}
