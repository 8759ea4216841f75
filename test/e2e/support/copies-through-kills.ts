/** Copies of a command that wait until the ResourceManager, or their AppMaster, has died and come back: what becomes of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseApplicationAttemptId, parseContainerId, toContainerId } from '@bobbin/common';
import type { Finished } from './bobbin.js';
import type { LocalCluster } from './local-cluster.js';

export interface SecondAttempt {
  /** Numbers of the copies that each attempt ran, sorted. */
  readonly copies: readonly (readonly string[])[];
  /** State of the first attempt, and how many there were. */
  readonly first: string | undefined;
  readonly attempts: number;
  readonly code: number | null;
}

/** What `killFirstAppMaster` sees where nothing was kept: each copy once in each attempt, and a good end. */
export const BEGUN_ANEW: SecondAttempt = {
  copies: [
    ['1', '2'],
    ['1', '2'],
  ],
  first: 'FAILED',
  attempts: 2,
  code: 0,
};

/** `application` is what `app submit` takes. The numbers of the copies that ran, sorted; one that ran twice stands there twice. */
export async function copiesThroughAKill(
  cluster: LocalCluster,
  application: string,
): Promise<Finished & { readonly copies: readonly string[] }> {
  const gate = join(cluster.path, 'gate');
  const done = join(cluster.path, 'done');
  const command = `echo $COPY >> ${done}; until [ -e ${gate} ]; do sleep 0.05; done`;
  // More than there is room for at once: some are still asked for when the ResourceManager dies.
  const running = cluster.start('app', 'submit', application, '--', '--copies', '6', command);
  while (linesOf(done).length < 3) await turn();
  const [rm] = cluster.daemons();
  process.kill(rm?.pid ?? 0, 'SIGKILL');
  await cluster.restart();
  writeFileSync(gate, '');
  return { ...(await running.finished), copies: linesOf(done).sort() };
}

/**
 * Submits two copies through a distributed shell of this spec, kills its AppMaster (`file` is what that runs) once both run, and lets copies
 * end only when the second attempt runs two and no process is left of the first one's.
 */
export async function killFirstAppMaster(cluster: LocalCluster, spec: string, file: string): Promise<SecondAttempt> {
  const gate = join(cluster.path, `gate-${file}`);
  const started = join(cluster.path, `started-${file}`);
  const command = `echo "$COPY $CONTAINER_ID" >> ${started}; until [ -e ${gate} ]; do sleep 0.05; done`;
  const running = cluster.start('app', 'submit', spec, '--', '--copies', '2', command);
  const startedAre = async (count: number): Promise<readonly (readonly string[])[]> => {
    for (;;) {
      const lines = linesOf(started);
      if (lines.length >= count) return lines.map((line) => line.split(' '));
      await turn();
    }
  };
  const first = await startedAre(2);
  process.kill(cluster.applicationMaster(file), 'SIGKILL');
  const all = await startedAre(4);
  while (first.some(([, container = '']) => cluster.runningContainers().has(container))) await turn();
  writeFileSync(gate, '');
  const finished = await running.finished;

  const id = /application_\d+_\d+/.exec(finished.stdout)?.[0] ?? '';
  const { stdout } = await cluster.run('attempt', 'list', id, '--json');
  const attempts = JSON.parse(stdout) as readonly { readonly state: string }[];
  const attemptOf = (container: string): number =>
    parseApplicationAttemptId(parseContainerId(toContainerId(container)).applicationAttemptId).attempt;
  const copiesOf = (attempt: number): string[] =>
    all.flatMap(([copy = '', container = '']) => (attemptOf(container) === attempt ? [copy] : [])).sort();
  return {
    copies: [copiesOf(1), copiesOf(2)],
    first: attempts[0]?.state,
    attempts: attempts.length,
    code: finished.code,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
