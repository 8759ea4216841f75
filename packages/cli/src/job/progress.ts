/**
 * What a person sees of a job that runs. Hadoop: mapreduce.Job.monitorAndPrintJob prints the lines; on a terminal a block is drawn
 * and redrawn in place instead. Attempts that failed are told in either form, with what they said, as they happen.
 */
import type { JobReport, TaskAttemptCompletionEventStatus } from '@bobbin/common';
import { isOver, type AttemptEnd, type JobUpdate, type RunningTasks } from '@bobbin/client';
import type { CommandIO, Terminal } from '../output/io.js';

export interface JobProgress {
  update(update: JobUpdate): void;
  /** Something that attention is wanted for. */
  notice(line: string): void;
  /** Time has passed. */
  tick(): void;
  /** Nothing more is drawn. A second call does nothing. */
  end(): void;
}

/** `mapreduce.client.output.filter`. */
export type OutputFilter = 'NONE' | 'KILLED' | 'FAILED' | 'SUCCEEDED' | 'ALL';

/** Shows no progress; for `--json`. */
export const silentProgress = (io: Pick<CommandIO, 'warn'>): JobProgress => ({
  update: () => undefined,
  notice: (line) => io.warn(line),
  tick: () => undefined,
  end: () => undefined,
});

/** As often as Hadoop's client asks: a job that is followed closer is not told closer. */
const LINE_EVERY_MS = 1000;

/** What a line says, in percent. */
interface Done {
  readonly map: number;
  readonly reduce: number;
}

/**
 * The lines of Hadoop's client, each when it says something new, and one a second: what comes sooner waits, and the newest of it
 * is told. The first, one that brings map or reduce to 100 %, and that of a job's end are told at once.
 */
export class PlainProgress implements JobProgress {
  private uberTold = false;
  private told: Done | undefined;
  private toldAtMs = 0;
  private waiting: Done | undefined;

  constructor(
    private readonly io: Pick<CommandIO, 'print' | 'warn' | 'clock'>,
    private readonly filter: OutputFilter,
  ) {}

  update(update: JobUpdate): void {
    if (update.type === 'ATTEMPTS') tellAttempts(update.ends, this.filter, (line) => this.io.warn(line));
    if (update.type !== 'JOB') return;
    const report = complete(update.report);
    if (report.state === 'NEW' || report.state === 'INITED') return;
    if (!this.uberTold) this.io.print(`Job ${report.jobId} running in uber mode : ${report.isUber}`);
    this.uberTold = true;
    this.waiting = { map: percent(report.mapProgress), reduce: percent(report.reduceProgress) };
    if (isOver(report.state) || this.completes(this.waiting)) this.tell();
    else this.tick();
  }

  notice(line: string): void {
    this.io.warn(line);
  }

  tick(): void {
    if (!this.told || this.io.clock.monotonic() - this.toldAtMs >= LINE_EVERY_MS) this.tell();
  }

  end(): void {
    this.tell();
  }

  private completes({ map, reduce }: Done): boolean {
    return (map === 100 && this.told?.map !== 100) || (reduce === 100 && this.told?.reduce !== 100);
  }

  private tell(): void {
    const { told, waiting } = this;
    this.waiting = undefined;
    if (!waiting || (told?.map === waiting.map && told.reduce === waiting.reduce)) return;
    this.io.print(` map ${waiting.map}% reduce ${waiting.reduce}%`);
    this.told = waiting;
    this.toldAtMs = this.io.clock.monotonic();
  }
}

/** A job that has succeeded is done, whatever the last progress was that a task told of. */
function complete(report: JobReport): JobReport {
  return report.state === 'SUCCEEDED' ? { ...report, mapProgress: 1, reduceProgress: 1 } : report;
}

/** As Hadoop: rounded down, so that 100 % is all of it. */
function percent(fraction: number): number {
  return Math.floor(fraction * 100 + 1e-9);
}

const CODES: Readonly<Record<TaskAttemptCompletionEventStatus, OutputFilter>> = {
  FAILED: 'FAILED',
  TIPFAILED: 'FAILED',
  KILLED: 'KILLED',
  SUCCEEDED: 'SUCCEEDED',
  OBSOLETE: 'ALL',
};

function tellAttempts(ends: readonly AttemptEnd[], filter: OutputFilter, tell: (line: string) => void): void {
  for (const { event, diagnostics } of ends) {
    if (filter === 'NONE' || (filter !== 'ALL' && CODES[event.status] !== filter)) continue;
    tell(`Task Id : ${event.attemptId}, Status : ${event.status}`);
    for (const line of diagnostics) tell(line);
  }
}

const BAR_WIDTH = 24;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';
const DIM = '\u001b[2m';
const GREEN = '\u001b[32m';
const RED = '\u001b[31m';
const RESET = '\u001b[0m';

/** A block of three lines, redrawn in place. */
export class LiveProgress implements JobProgress {
  private drawnLines = 0;
  private over = false;
  private state = 'SUBMITTED';
  private report: JobReport | undefined;
  private running: RunningTasks | undefined;
  private readonly failed = { maps: 0, reduces: 0 };

  constructor(
    private readonly io: Pick<CommandIO, 'warn' | 'clock'> & { readonly terminal: Terminal },
    private readonly title: string,
    private readonly startedAtMs: number,
    private readonly filter: OutputFilter,
  ) {
    io.terminal.write(HIDE_CURSOR);
    this.draw();
  }

  update(update: JobUpdate): void {
    if (update.type === 'APPLICATION') this.state = update.report.state;
    if (update.type === 'JOB') {
      this.state = update.report.state;
      this.report = complete(update.report);
      this.running = isOver(update.report.state) ? undefined : (update.running ?? this.running);
    }
    if (update.type === 'ATTEMPTS') {
      this.erase();
      tellAttempts(update.ends, this.filter, (line) => this.io.warn(line));
      for (const { event } of update.ends) {
        if (CODES[event.status] !== 'FAILED') continue;
        if (event.attemptId.includes('_m_')) this.failed.maps++;
        else this.failed.reduces++;
      }
    }
    this.draw();
  }

  notice(line: string): void {
    this.erase();
    this.io.warn(line);
    this.draw();
  }

  tick(): void {
    this.draw();
  }

  end(): void {
    if (this.over) return;
    this.draw();
    this.over = true;
    this.io.terminal.write(SHOW_CURSOR);
  }

  private draw(): void {
    if (this.over) return;
    this.erase();
    const lines = this.lines().map((line) => fit(line, this.io.terminal.columns));
    this.io.terminal.write(lines.map((line) => `${line}\n`).join(''));
    this.drawnLines = lines.length;
  }

  private erase(): void {
    if (this.drawnLines > 0) this.io.terminal.write(`\u001b[${this.drawnLines}A\r${CLEAR_BELOW}`);
    this.drawnLines = 0;
  }

  private lines(): string[] {
    const { report, running } = this;
    const seconds = Math.floor((this.io.clock.now() - this.startedAtMs) / 1000);
    const uber = report?.isUber ? ', uber' : '';
    const head = `${this.title}  ${DIM}${this.state.toLowerCase()}${uber}, ${elapsed(seconds)}${RESET}`;
    if (!report) return [head];
    const maps = {
      done: report.mapsCompleted,
      total: report.mapsTotal,
      running: running?.maps,
      failed: this.failed.maps,
    };
    const reduces = {
      done: report.reducesCompleted,
      total: report.reducesTotal,
      running: running?.reduces,
      failed: this.failed.reduces,
    };
    return [head, bar('map', report.mapProgress, maps), bar('reduce', report.reduceProgress, reduces)];
  }
}

interface Counts {
  readonly done: number;
  readonly total: number;
  readonly running: number | undefined;
  readonly failed: number;
}

function bar(name: string, fraction: number, { done, total, running, failed }: Counts): string {
  const full = Math.floor(fraction * BAR_WIDTH + 1e-9);
  const drawn = `${GREEN}${'█'.repeat(full)}${RESET}${DIM}${'░'.repeat(BAR_WIDTH - full)}${RESET}`;
  const parts = [`${done} of ${total} done`];
  if (running !== undefined && running > 0) parts.push(`${running} running`);
  if (failed > 0) parts.push(`${RED}${failed} failed${RESET}`);
  return `  ${name.padEnd(6)} ${drawn} ${String(percent(fraction)).padStart(3)} %  ${parts.join(', ')}`;
}

function elapsed(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Cut to a terminal's width, control sequences not counted: a line that wraps could not be erased. */
function fit(line: string, columns: number): string {
  let width = 0;
  let result = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) result += part;
    else {
      const cut = [...part].slice(0, Math.max(0, columns - 1 - width));
      width += cut.length;
      result += cut.join('');
    }
  }
  return result;
}
