/**
 * S6: after the death of an AppMaster or a ResourceManager nothing runs again: neither a finished task nor a running one, which is adopted. Checked
 * where the plan has no other fault that could be the reason; and always: no attempt begins twice. A machine that is lost for ever at the end of the
 * chaos takes its AppMaster along, in a plan without faults too: what replaces that one is not asked about.
 * Nor is an attempt that its AM began as the rival of one that runs (speculation): that is no repetition, and the history told so before it began.
 */
import {
  HistoryDecoder,
  parseApplicationAttemptId,
  parseContainerId,
  parseTaskAttemptId,
  parseTaskId,
  type ApplicationId,
  type TaskAttemptId,
  type TaskId,
} from '@bobbin/common';
import type { FaultKind } from '../faults/plan.js';
import { SIGKILLED, type SimProcess } from '../machine.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

/** Attempts under AM attempt k are numbered from (k - 1) * 1000. */
const ATTEMPTS_PER_AM = 1000;

/** None of these is a reason to run a task again. */
const HARMLESS: ReadonlySet<FaultKind> = new Set(['kill-rm', 'kill-am', 'submit-again']);

export function nothingAgain(world: World): Checker {
  const { plan, sim } = world;
  const strict = plan.faults.every(
    ({ kind, role }) => HARMLESS.has(kind) || (kind === 'kill-at-point' && (role === 'rm' || role === 'am')),
  );
  const fated = new Set(plan.jobs.flatMap((job) => (job.kind === 'mapreduce' ? Object.keys(job.fates) : [])));
  // The process of an uber job goes with its AM, and what it had finished lies where no node serves it.
  const hasUber = plan.jobs.some((job) => job.kind === 'mapreduce' && job.uber);
  const onlyTheRMDies = plan.faults.every(
    ({ kind, role }) => kind === 'kill-rm' || kind === 'submit-again' || (kind === 'kill-at-point' && role === 'rm'),
  );
  const masters = new Map<ApplicationId, SimProcess>();
  const begun = new Set<TaskAttemptId>();
  const last = new Map<TaskId, TaskAttemptId>();
  return {
    started: (process) => {
      if (process.role !== 'am') return;
      const { applicationId } = parseApplicationAttemptId(parseContainerId(process.name).applicationAttemptId);
      const before = masters.get(applicationId);
      masters.set(applicationId, process);
      if (!onlyTheRMDies || !before || (before.exitCode !== undefined && before.exitCode !== SIGKILLED)) return;
      if (world.net.dark.has(before.machine.host)) return;
      sim.fail('S6', `${process.id} starts, though ${before.id} ran and nothing but the ResourceManager died`);
    },
    began: (attempt) => {
      if (begun.has(attempt)) sim.fail('S6', `${attempt} begins a second time`);
      begun.add(attempt);
      const { taskId } = parseTaskAttemptId(attempt);
      const before = last.get(taskId);
      last.set(taskId, attempt);
      if (!strict || world.phase !== 'chaos' || before === undefined || fated.size > 0 || hasUber) return;
      if (isRival(world, attempt)) return;
      sim.fail(
        'S6',
        `${attempt} begins, though ${before} did, and nothing but AppMasters and the ResourceManager died`,
      );
    },
  };
}

/** By the history of the AM that began it. */
function isRival({ shared }: World, attempt: TaskAttemptId): boolean {
  const { taskId, attempt: number } = parseTaskAttemptId(attempt);
  const file = `/${parseTaskId(taskId).jobId}_${Math.floor(number / ATTEMPTS_PER_AM) + 1}.jhist.jsonl`;
  const path = shared.paths().find((one) => one.endsWith(file));
  if (path === undefined) return false;
  const [header = '', ...lines] = shared.read(path).toString().trimEnd().split('\n');
  const decoder = HistoryDecoder.fromHeader(header);
  return lines
    .map((line) => decoder.decode(line))
    .some((event) => 'avataar' in event && event.attemptId === attempt && event.avataar === 'SPECULATIVE');
}
