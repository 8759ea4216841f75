/** What happens to one container on one node in the NodeManager's sweeps, and what must be true of it in the end. */
import { ContainerExitStatus, type ContainerLaunchContext } from '@bobbin/common';
import type { NodeRun, NodeScenario } from './node-world.js';
import { CONTAINER } from './scripted-rm.js';
import type { ContainerProcess } from './sim-node.js';

const RESOURCE = {
  url: 'file:///jobs/data',
  sizeBytes: 4,
  timestampMs: 0,
  type: 'FILE',
  visibility: 'APPLICATION',
} as const;

function context(command: string): ContainerLaunchContext {
  return {
    localResources: { data: RESOURCE },
    serviceData: {},
    environment: { GREETING: 'hello' },
    commands: [command],
    applicationAcls: {},
  };
}

/** Works for a second, reads what was localized, and exits with its length. */
const work = ({ process, node, workDir, environment }: ContainerProcess): void => {
  process.schedule(1000, 'works', () => {
    const isFine = environment['GREETING'] === 'hello' && environment['CONTAINER_ID'] === CONTAINER;
    process.exit(isFine ? node.disk.read(`${workDir}/data`).length : 99);
  });
};
const sleepForEver = (): void => undefined;

/** Each with the exit status it must end with. */
export const SCENARIOS: Readonly<Record<string, NodeScenario & { readonly exitStatus: number }>> = {
  'runs to its end': {
    launchContext: context('{{BOBBIN_NODE}} work >out'),
    executables: new Map([['work', work]]),
    shared: { '/jobs/data': 'data' },
    exitStatus: 4,
  },
  'is stopped': {
    launchContext: context('sleep'),
    executables: new Map([['sleep', sleepForEver]]),
    shared: { '/jobs/data': 'data' },
    stopAfterMs: 700,
    exitStatus: -105,
  },
  'cannot be localized': {
    launchContext: context('work'),
    executables: new Map([['work', work]]),
    exitStatus: -1000,
  },
};

/** It was to be launched, and no process shows that it was. */
const { ABORTED } = ContainerExitStatus;

/** What is wrong with the end of a run. */
export function wrong(run: NodeRun, exitStatus: number, name: string): string[] {
  const problems = [...run.faults];
  const { rm, node, rows } = run;
  const ends = [...new Set(rm.completions.map((status) => status.exitStatus))];
  const starts = node.starts.get(CONTAINER) ?? 0;
  const neverStarted = starts === 0 && ends.every((end) => end === ABORTED || end === exitStatus);
  if (rm.answer !== 'taken') problems.push(`the start was answered: ${rm.answer ?? 'never'}`);
  if (ends.length !== 1) problems.push(`its end was told as ${ends.join(', ') || 'nothing'}`);
  else if (ends[0] !== exitStatus && !neverStarted) problems.push(`exit status ${ends[0]} instead of ${exitStatus}`);
  if (starts > 1) problems.push(`started ${starts} times`);
  const live = node.machine.running().filter((process) => process.name !== 'nm');
  if (live.length > 0) problems.push(`still running: ${live.map(({ id }) => id).join(', ')}`);
  const left = node.disk.paths().filter((path) => !path.startsWith('/logs/'));
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  for (const [table, keys] of Object.entries(rows)) {
    // The logs stay for three hours.
    if (keys.length > (table === 'deletions' ? 1 : 0)) problems.push(`rows of ${table}: ${keys.join(', ')}`);
  }
  return problems.map((problem) => `${name}: ${problem}`);
}
