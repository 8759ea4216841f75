/**
 * S4: one attempt commits per task, and the output is what the tasks made: at no time do two attempts of a task that both live have their output in
 * place by the word of one AppMaster; of a job that succeeded every part is there, whole and right, once, with `_SUCCESS`. An AppMaster that was
 * given up, or died before it wrote down what it permitted, may have let a task commit that its successor lets commit again, in a folder of its
 * own: it is the commit of the job, which is one, that shows either.
 */
import { applicationOf, parseContainerId, parseTaskAttemptId, parseTaskId, type TaskId } from '@bobbin/common';
import { mapDigest, reduceOutput } from '../am/sim-attempt.js';
import { outputDirOf } from '../am/stage-job.js';
import type { SimProcess } from '../machine.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

export function output(world: World): Checker {
  const { sim, shared, plan } = world;
  const committers = new Map<TaskId, { attempt: string; process: SimProcess; permittedBy: SimProcess | undefined }>();
  /** The job's AppMaster; undefined where more than one lives, and either may have given the permission. */
  const appMasterOf = (taskId: TaskId): SimProcess | undefined => {
    const application = parseTaskId(taskId).jobId.replace('job', 'application');
    const all = [...world.machines.values()].flatMap((machine) => [...machine.running()]);
    const isOurs = ({ role, name }: SimProcess): boolean =>
      role === 'am' && applicationOf(parseContainerId(name).applicationAttemptId) === application;
    const [one, ...others] = all.filter(isOurs);
    return others.length === 0 ? one : undefined;
  };
  return {
    committed: (attempt, process) => {
      const { taskId } = parseTaskAttemptId(attempt);
      const before = committers.get(taskId);
      const permittedBy = appMasterOf(taskId);
      if (before && before.attempt !== attempt) {
        world.sometimes('a task is committed by a second attempt');
        // One on a node that was given up may live, and not know that what it wrote was discarded.
        const isInPlace = shared.paths().some((path) => path.includes(`/_temporary/${before.attempt}/`));
        if (before.process.alive && before.process !== process && isInPlace) {
          if (!permittedBy || before.permittedBy !== permittedBy) world.sometimes('two AppMasters let a task commit');
          else sim.fail('S4', `${attempt} commits ${taskId}, which ${before.attempt} has committed, and lives`);
        }
      }
      committers.set(taskId, { attempt, process, permittedBy });
    },
    end: () => {
      for (const [index, { applicationId, report }] of world.client.ledger.entries()) {
        const job = plan.jobs[index];
        if (job?.kind !== 'mapreduce' || !applicationId || report?.finalApplicationStatus !== 'SUCCEEDED') continue;
        const folder = outputDirOf(applicationId);
        const id = applicationId.replace('application', 'job');
        const expected = new Map<string, string>([['_SUCCESS', '']]);
        const mapOnly = job.reduces === 0;
        for (let n = 0; n < (mapOnly ? job.maps : job.reduces); n++) {
          const name = `part-${mapOnly ? 'm' : 'r'}-${String(n).padStart(5, '0')}`;
          expected.set(name, mapOnly ? `${mapDigest(id, n, 0)}\n` : reduceOutput(id, n, job.maps));
        }
        const found = shared.paths().filter((path) => path.startsWith(`${folder}/`));
        for (const path of found) {
          const name = path.slice(folder.length + 1);
          const wanted = expected.get(name);
          if (wanted === undefined) sim.fail('S4', `${path} is left in the output`);
          else if (name !== '_SUCCESS' && shared.read(path).toString() !== wanted)
            sim.fail('S4', `${path} is not what its task made`);
          expected.delete(name);
        }
        for (const name of expected.keys()) sim.fail('S4', `${folder}/${name} is missing, though the job succeeded`);
      }
    },
  };
}
