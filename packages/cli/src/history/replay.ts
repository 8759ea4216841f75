/**
 * `bobbin history replay`: the machines of the AppMaster, driven by a history. They are loaded only when they are asked for, so that no
 * other command waits for them.
 */
import type { HistoryEvent } from '@bobbin/common';
import type { CommandIO } from '../output/io.js';

/** Prints each step if asked, then where the job got to. Throws HistoryReplayError that names the first event that differs. */
export async function replay(events: readonly HistoryEvent[], io: CommandIO, how: ReplayOptions): Promise<void> {
  const { replayHistory } = await import('@bobbin/mrappmaster');
  const result = replayHistory(events, (step) => {
    if (how.step !== true) return;
    const { position, record, event, entity, from, to } = step;
    io.print(how.json ? JSON.stringify(step) : `${position} ${record}\t${event}\t${entity}\t${from} > ${to}`);
  });
  const { jobState, steps } = result;
  io.print(
    how.json
      ? JSON.stringify(result)
      : `Replayed ${result.events} events in ${steps} steps; the job is ${jobState}, as the history tells`,
  );
}

export interface ReplayOptions {
  readonly json?: boolean;
  /** A line for each event that a machine takes. */
  readonly step?: boolean;
}
