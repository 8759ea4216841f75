/** Situations: no rule, but what must happen sometimes, or the rules have seen too little (floors.mjs). */
import {
  parseApplicationAttemptId,
  parseContainerId,
  parseJobId,
  parseTaskAttemptId,
  parseTaskId,
  type ApplicationId,
  type TaskAttemptId,
} from '@bobbin/common';
import { stagingFolderOf } from '../am/stage-job.js';
import type { SimProcess } from '../machine.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function situations(world: World): Checker {
  const masters = new Map<ApplicationId, SimProcess>();
  const beganUnder = new Map<TaskAttemptId, SimProcess | undefined>();
  let lastEndMs = -Infinity;
  const applicationOf = (attempt: TaskAttemptId): ApplicationId =>
    parseJobId(parseTaskId(parseTaskAttemptId(attempt).taskId).jobId).applicationId;
  return {
    started: (process) => {
      if (process.role !== 'am') return;
      const { applicationId } = parseApplicationAttemptId(parseContainerId(process.name).applicationAttemptId);
      masters.set(applicationId, process);
      const user = world.client.ledger.find((entry) => entry.applicationId === applicationId)?.job.user ?? '';
      const folder = stagingFolderOf(applicationId, user);
      if (world.shared.exists(`${folder}/COMMIT_STARTED`) && !world.shared.exists(`${folder}/COMMIT_SUCCESS`))
        world.sometimes('an AppMaster finds a commit that was begun');
    },
    began: (attempt) => void beganUnder.set(attempt, masters.get(applicationOf(attempt))),
    finished: (attempt) => {
      const { nowMs } = world.sim;
      if (nowMs - lastEndMs <= 1) world.sometimes('two attempts end within a millisecond');
      lastEndMs = nowMs;
      if (beganUnder.get(attempt) !== masters.get(applicationOf(attempt)))
        world.sometimes('a task goes on under another AppMaster');
    },
  };
}
