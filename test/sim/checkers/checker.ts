/**
 * Checker: one rule that must hold, watched where it can break, so that a failure names the event that did it. It reads three truths that
 * are not the code under test: what clients were told, what runs and lies on machines, what was written to the output; where it
 * reads the code's own books, it holds them against each other. A checker never changes the world.
 */
import type { LogFields, NodeAction, NodeStatus, TaskAttemptId, YarnApplicationState } from '@bobbin/common';
import type { LedgerEntry } from '../cluster/client.js';
import type { RunningRM } from '../cluster/resource-manager.js';
import type { SimProcess } from '../machine.js';
import type { ServedCall } from '../net.js';

/** Each is optional, and is called in the event in which it happened. */
export interface Checker {
  /** After every event. */
  event?(): void;
  started?(process: SimProcess): void;
  died?(process: SimProcess): void;
  /** Before a write or send of this process. */
  point?(process: SimProcess, name: string): void;
  logged?(process: SimProcess, level: 'warn' | 'error', message: string, fields: LogFields): void;
  faulted?(process: SimProcess, error: unknown): void;
  /** A handler has answered, or thrown. */
  served?(server: SimProcess, call: ServedCall): void;
  /** A node's heartbeat was served, so; `nodeAction` undefined: it was refused. */
  heard?(status: NodeStatus, nodeAction: NodeAction | undefined): void;
  /** An attempt of a task begins its work, has its output in place, or has done all. */
  began?(attempt: TaskAttemptId, process: SimProcess): void;
  committed?(attempt: TaskAttemptId, process: SimProcess): void;
  finished?(attempt: TaskAttemptId, process: SimProcess): void;
  rmStarted?(running: RunningRM): void;
  told?(entry: LedgerEntry, before: YarnApplicationState | undefined, killedBefore: boolean): void;
  forgotten?(entry: LedgerEntry): void;
  /** At the end of phase C. */
  end?(): void;
}
