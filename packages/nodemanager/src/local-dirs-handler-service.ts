/**
 * LocalDirsHandlerService: which local-dirs and log-dirs can be used now. Hadoop: nodemanager.{LocalDirsHandlerService,
 * DirectoryCollection}. Each is made, written to and measured at start, then at an interval, and, ours, when a container has ended
 * badly; a bad one comes back when it is good again. Containers already running on a bad one run on.
 */
import { messageOf, type Clock, type Logger, type NodeHealthStatus, type Service, type Timer } from '@bobbin/common';
import { DisksFailedError } from './errors.js';
import type { NodeFiles } from './node-files.js';

export interface LocalDirsHandlerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly localDirs: readonly string[];
  readonly logDirs: readonly string[];
  readonly checkEnabled: boolean;
  readonly intervalMs: number;
  /** Share of the folders, 0..1, that must be good for the node to count as healthy. */
  readonly minHealthyFraction: number;
  readonly maxUsedPercent: number;
  readonly minFreeMb: number;
  readonly files: Pick<NodeFiles, 'probe'>;
  /** The node has become ill, or well again. */
  readonly onHealthChanged: () => void;
}

/** The interval at most, while the node is ill: it could do nothing else. */
const ILL_INTERVAL_MS = 5000;

interface Collection {
  readonly what: 'local-dirs' | 'log-dirs';
  readonly all: readonly string[];
  good: readonly string[];
  /** Folder to what is wrong with it. */
  bad: ReadonlyMap<string, string>;
  next: number;
}

export class LocalDirsHandlerService implements Service {
  readonly name = 'LocalDirsHandlerService';
  private readonly log: Logger;
  private readonly local: Collection;
  private readonly logs: Collection;
  private timer: Timer | undefined;
  private checkedAtMs = 0;
  private checking: Promise<void> = Promise.resolve();
  private checkWaits = false;
  private stopped = false;

  constructor(private readonly deps: LocalDirsHandlerDeps) {
    this.log = deps.log.child({ service: this.name });
    this.local = { what: 'local-dirs', all: deps.localDirs, good: [], bad: new Map(), next: 0 };
    this.logs = { what: 'log-dirs', all: deps.logDirs, good: [], bad: new Map(), next: 0 };
  }

  /** Throws DisksFailedError where not one folder of a kind can be used. */
  async start(): Promise<void> {
    await this.check();
    for (const { what, all, good, bad } of [this.local, this.logs]) {
      if (good.length > 0) continue;
      if (all.length === 0) throw new DisksFailedError(`yarn.nodemanager.${what} names no folder`);
      throw new DisksFailedError(
        `none of yarn.nodemanager.${what} can be used: ${describe(bad)}; make one usable, or name another`,
      );
    }
    this.awaitNextCheck();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.checking;
  }

  /** Looks at every folder now. Checks never overlap. */
  check(): Promise<void> {
    this.checkWaits = true;
    this.checking = this.checking.then(async () => {
      this.checkWaits = false;
      const wasHealthy = this.isHealthy;
      for (const collection of [this.local, this.logs]) await this.checkAll(collection);
      const isFirst = this.checkedAtMs === 0;
      this.checkedAtMs = this.deps.clock.now();
      if (isFirst) return;
      this.awaitNextCheck();
      if (this.isHealthy !== wasHealthy) this.deps.onHealthChanged();
    });
    return this.checking;
  }

  /** Something went wrong behind which a bad disk may be: looks soon, instead of at the next interval. */
  suspect(): void {
    if (this.timer && !this.checkWaits) void this.check();
  }

  get goodLocalDirs(): readonly string[] {
    return this.local.good;
  }
  get goodLogDirs(): readonly string[] {
    return this.logs.good;
  }
  /** For reading and cleaning: a bad disk may still hold what is looked for. */
  get allLocalDirs(): readonly string[] {
    return this.local.all;
  }
  get allLogDirs(): readonly string[] {
    return this.logs.all;
  }

  /** The good folders in turn. Throws DisksFailedError where there is none. */
  localDirForWrite(): string {
    return nextOf(this.local);
  }
  logDirForWrite(): string {
    return nextOf(this.logs);
  }

  health(): NodeHealthStatus {
    const reports = [this.local, this.logs].flatMap(({ what, all, bad }) =>
      bad.size === 0 ? [] : [`${bad.size}/${all.length} ${what} are bad: ${describe(bad)}`],
    );
    return {
      isNodeHealthy: this.isHealthy,
      healthReport: reports.join('; '),
      lastHealthReportTimeMs: this.checkedAtMs,
    };
  }

  private get isHealthy(): boolean {
    return [this.local, this.logs].every(
      ({ all, good }) => good.length / Math.max(1, all.length) >= this.deps.minHealthyFraction,
    );
  }

  private awaitNextCheck(): void {
    const { clock, checkEnabled, intervalMs } = this.deps;
    if (!checkEnabled || this.stopped) return;
    const delayMs = this.isHealthy ? intervalMs : Math.min(intervalMs, ILL_INTERVAL_MS);
    this.timer?.cancel();
    this.timer = clock.after(delayMs, () => void this.check());
  }

  private async checkAll(collection: Collection): Promise<void> {
    const bad = new Map<string, string>();
    for (const dir of collection.all) {
      const problem = await this.problemOf(dir);
      if (problem === undefined) continue;
      if (collection.bad.get(dir) !== problem) this.log.warn(`${collection.what} ${dir} is bad: ${problem}`, { dir });
      bad.set(dir, problem);
    }
    for (const dir of collection.bad.keys()) {
      if (!bad.has(dir)) this.log.info(`${collection.what} ${dir} is good again`, { dir });
    }
    collection.bad = bad;
    collection.good = collection.all.filter((dir) => !bad.has(dir));
  }

  private async problemOf(dir: string): Promise<string | undefined> {
    try {
      const { usedPercent, freeMb } = await this.deps.files.probe(dir);
      if (!this.deps.checkEnabled) return undefined;
      if (usedPercent > this.deps.maxUsedPercent) {
        return (
          `disk is ${usedPercent.toFixed(1)} % full, more than the ${this.deps.maxUsedPercent} % of ` +
          `yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage`
        );
      }
      if (freeMb < this.deps.minFreeMb) {
        return (
          `${Math.floor(freeMb)} MiB are free, fewer than the ${this.deps.minFreeMb} of ` +
          `yarn.nodemanager.disk-health-checker.min-free-space-per-disk-mb`
        );
      }
      return undefined;
    } catch (error) {
      return `cannot be written: ${messageOf(error)}`;
    }
  }
}

function nextOf(collection: Collection): string {
  const dir = collection.good[collection.next++ % Math.max(1, collection.good.length)];
  if (dir === undefined) throw new DisksFailedError(`no good ${collection.what}: ${describe(collection.bad)}`);
  return dir;
}

function describe(bad: ReadonlyMap<string, string>): string {
  return [...bad].map(([dir, problem]) => `'${dir}' (${problem})`).join(', ');
}
