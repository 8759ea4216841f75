/** S7: terminal stays terminal, and is told alike: an application that has ended for a client has ended for everybody, in that way. */
import { HistoryDecoder } from '@bobbin/common';
import type { RMCore } from '@bobbin/resourcemanager';
import { DONE_DIR } from '../am/stage-job.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

const TERMINAL: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED']);

export function terminal(world: World): Checker {
  const { sim } = world;
  /** Has started and not yet taken up what was stored. */
  let fresh: RMCore | undefined;
  return {
    told: ({ applicationId, state }, before) => {
      if (before !== undefined && TERMINAL.has(before) && state !== before)
        sim.fail('S7', `${applicationId} was ${before}, and is ${state}`);
    },
    rmStarted: ({ core }) => void (fresh = core),
    event: () => {
      if (!fresh || fresh.dispatcher.metrics().depth > 0) return;
      const core = fresh;
      fresh = undefined;
      if (world.rm?.core !== core) return;
      for (const { applicationId, ended, state } of world.client.ledger) {
        const app = applicationId && ended ? core.registry.apps.get(applicationId) : undefined;
        if (app && !app.isFinalStored && !TERMINAL.has(app.clientState))
          sim.fail('S7', `${applicationId} was told as ${state}, and is not over for the restarted ResourceManager`);
      }
    },
    end: () => {
      for (const [index, { applicationId, report }] of world.client.ledger.entries()) {
        if (world.plan.jobs[index]?.kind !== 'mapreduce' || report?.finalApplicationStatus !== 'SUCCEEDED') continue;
        const id = applicationId?.replace('application', 'job') ?? '';
        const files = world.shared
          .paths()
          .filter((path) => path.startsWith(`${DONE_DIR}/`) && path.includes(`/${id}-`));
        const [file, ...more] = files.filter((path) => path.endsWith('.jhist.jsonl'));
        // A zombie that had committed too, and was not told yet that it was given up, leaves another one, as true as the first.
        if (more.length > 0) world.sometimes('two attempts leave a history');
        if (file === undefined) sim.fail('S7', `${id} succeeded, and its histories are: ${files.join(', ')}`);
        else if (lastEvent(world.shared.read(file).toString()) !== 'JOB_FINISHED')
          sim.fail('S7', `${file} does not end with the end of the job`);
      }
      for (const { applicationId, state } of world.client.ledger) {
        const app = applicationId ? world.rm?.core.registry.apps.get(applicationId) : undefined;
        if (app && state !== undefined && TERMINAL.has(state) && app.clientState !== state)
          sim.fail('S7', `${applicationId} was told as ${state}, and is ${app.clientState} at the end`);
      }
    },
  };
}

/** Type of the last event of a history. */
function lastEvent(text: string): string {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const decoder = HistoryDecoder.fromHeader(header);
  let type = 'nothing';
  // Lines are told against each other: none can be left out.
  for (const line of lines) type = decoder.decode(line).type;
  return type;
}
