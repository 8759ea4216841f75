/** An attempt of an AppMaster on the stand that comes after others, of which nothing is left but their histories. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory, type TaskAttemptId } from '@bobbin/common';
import { aStand, job, type StandOptions } from './app-master-stand.js';
import type { Script } from './fake-cluster.js';

/** Runs attempt `histories.length + 1` after attempts that left these texts, to its success; gives what it started and its own history. */
export async function attemptAfter(
  dir: string,
  histories: readonly string[],
  { working, ...options }: Partial<StandOptions> & { readonly working: (started: TaskAttemptId[]) => Script },
) {
  const started: TaskAttemptId[] = [];
  const stand = aStand(dir, {
    script: working(started),
    attempt: histories.length + 1,
    prepareStaging: (staging) =>
      histories.forEach((text, n) => writeFileSync(join(staging, `${job}_${n + 1}.jhist.jsonl`), text)),
    ...options,
  });
  await expect(stand.master.run()).resolves.toBe(0);
  expect(stand.cluster.finished?.status).toBe('SUCCEEDED');
  const file = await stand.historyFile();
  const { events } = await readHistory(file);
  return { ...stand, started, events, text: readFileSync(file, 'utf8'), info: await stand.history() };
}
