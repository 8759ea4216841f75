/**
 * endApplications: before a local cluster stops, whatever runs on it is ended as a user would: jobs through their AppMasters, which
 * take back temporary output and staging folders, the rest through the ResourceManager. Bounded: a cluster in trouble stops all the same.
 */
import { delay, messageOf } from '@bobbin/common';
import { killApplication } from '@bobbin/client';
import type { CommandIO } from '../output/io.js';
import { withSession } from '../session.js';

/** AppMasters are given `yarn.app.mapreduce.am.hard-kill-timeout-ms` of it. */
const TIMEOUT_MS = 15_000;

const REASON = 'the cluster is stopped';

/** How many were ended. What goes wrong is told, and no reason not to stop. */
export async function endApplications(dir: string, io: CommandIO): Promise<number> {
  try {
    return await withSession({ dir }, io, async (session) => {
      const { applications } = await session.rm.getApplications({
        applicationStates: ['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING'],
      });
      if (applications.length === 0) return 0;
      const kills = applications.map(({ applicationId, applicationType }) =>
        applicationType === 'MAPREDUCE'
          ? session.jobs.kill(applicationId, REASON)
          : killApplication({ ...session, clock: io.clock }, applicationId, REASON),
      );
      await Promise.race([Promise.allSettled(kills), delay(io.clock, TIMEOUT_MS)]);
      return applications.length;
    });
  } catch (error) {
    io.warn(`applications could not be ended first: ${messageOf(error)}`);
    return 0;
  }
}
