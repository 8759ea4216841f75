/**
 * endApplications: before a local cluster stops, whatever runs on it is ended as a user would: jobs through their AppMasters, which
 * take back temporary output and staging folders, the rest through the ResourceManager. Bounded: a cluster in trouble stops all the same.
 */
import { delay, getFileSystem, jobId, messageOf, YarnError, type ApplicationReport, type Clock } from '@bobbin/common';
import { killApplication } from '@bobbin/client';
import type { CommandIO } from '../output/io.js';
import { stagingRoot, withSession, type Session } from '../session.js';

/** For all of it; AppMasters are given `yarn.app.mapreduce.am.hard-kill-timeout-ms`. */
const TIMEOUT_MS = 15_000;
/** For an AppMaster that has unregistered to leave. */
const LEAVE_TIMEOUT_MS = 5_000;
const LEAVE_POLL_MS = 50;

const REASON = 'the cluster is stopped';

/** How many were ended. What goes wrong is told, and no reason not to stop. */
export async function endApplications(dir: string, io: CommandIO): Promise<number> {
  try {
    return await withSession({ dir }, io, async (session) => {
      const { applications } = await session.rm.getApplications({
        applicationStates: ['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING'],
      });
      if (applications.length === 0) return 0;
      const ends = Promise.all(applications.map((application) => end(session, io, application)));
      await within(io.clock, TIMEOUT_MS, ends);
      return applications.length;
    });
  } catch (error) {
    io.warn(`applications could not be ended first: ${messageOf(error)}`);
    return 0;
  }
}

/** Resolves when `work` is done or the time is up; leaves no timer behind, which would keep the command from ending. */
function within(clock: Clock, timeoutMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, resolve);
    work.finally(() => timer.cancel()).then(() => resolve(), reject);
  });
}

async function end(session: Session, io: CommandIO, application: ApplicationReport): Promise<void> {
  const { applicationId, applicationType, user } = application;
  try {
    if (applicationType !== 'MAPREDUCE') {
      await killApplication({ ...session, clock: io.clock }, applicationId, REASON);
      return;
    }
    await session.jobs.kill(applicationId, REASON);
    await untilLeft(session, io, application);
    // An AppMaster that had to be killed has left its folder, and will not come back for it.
    const root = stagingRoot(session.conf, user);
    await getFileSystem(root).delete(`${root}/${jobId(applicationId)}`);
  } catch (error) {
    io.warn(`${applicationId} could not be ended: ${messageOf(error)}`);
  }
}

/** The RM calls an application finished once its AppMaster has said goodbye; it then still clears up. */
async function untilLeft(session: Session, io: CommandIO, { applicationId }: ApplicationReport): Promise<void> {
  const deadline = io.clock.monotonic() + LEAVE_TIMEOUT_MS;
  while (io.clock.monotonic() < deadline) {
    try {
      const { applicationAttempts } = await session.rm.getApplicationAttempts({ applicationId });
      if (!applicationAttempts.some(({ state }) => state === 'FINISHING')) return;
    } catch (error) {
      if (error instanceof YarnError && error.status === 'NOT_FOUND') return;
      throw error;
    }
    await delay(io.clock, LEAVE_POLL_MS);
  }
}
