/**
 * findContainers: which containers an application had and where, from those who know: the RM (AppMasters, and what runs now), the
 * AppMaster of a job while it runs, its history afterwards, the nodes where there is none. A container whose node nobody names is looked for on every node.
 */
import {
  findHistory,
  JobInfo,
  jobHistoryKeys,
  jobId,
  readHistoryEvents,
  YarnError,
  type ApplicationId,
  type ContainerId,
} from '@bobbin/common';
import type { Session } from '../session.js';
import { NodeLogs } from './node-logs.js';

export interface ContainerPlace {
  readonly containerId: ContainerId;
  /** `host:port` of the node's web pages. */
  readonly nodeHttpAddress?: string;
}

/** In the order of their ids, each once. Throws CommandError or what the RM says where nobody knows the application. */
export async function findContainers(session: Session, id: ApplicationId): Promise<readonly ContainerPlace[]> {
  const places = new Map<ContainerId, ContainerPlace>();
  const add = (place: ContainerPlace): void => {
    if (places.get(place.containerId)?.nodeHttpAddress === undefined) places.set(place.containerId, place);
  };
  const unknownToRM = await fromResourceManager(session, id, add);
  const inHistory = await fromHistory(session, id, add);
  if (unknownToRM && !inHistory) throw unknownToRM;
  if (!inHistory && !unknownToRM) {
    await fromAppMaster(session, id, add);
    await fromNodes(session, id, add);
  }
  return [...places.values()].sort((a, b) => (a.containerId < b.containerId ? -1 : 1));
}

type Add = (place: ContainerPlace) => void;

/** The error where the RM does not know the application. */
async function fromResourceManager(
  { rm }: Session,
  applicationId: ApplicationId,
  add: Add,
): Promise<YarnError | undefined> {
  try {
    const { applicationAttempts } = await rm.getApplicationAttempts({ applicationId });
    for (const { applicationAttemptId, amContainerId } of applicationAttempts) {
      const { containers } = await rm.getContainers({ applicationAttemptId });
      for (const { containerId, nodeHttpAddress } of containers)
        add({ containerId, nodeHttpAddress: hostAndPort(nodeHttpAddress) });
      if (amContainerId !== undefined) add({ containerId: amContainerId });
    }
    return undefined;
  } catch (error) {
    if (error instanceof YarnError && error.status === 'NOT_FOUND') return error;
    throw error;
  }
}

async function fromHistory({ conf }: Session, id: ApplicationId, add: Add): Promise<boolean> {
  const listing = await findHistory(conf.get(jobHistoryKeys.doneDir), jobId(id));
  if (!listing) return false;
  const info = new JobInfo(jobId(id));
  await readHistoryEvents(listing.path, (event) => info.add(event));
  for (const am of info.amInfos)
    add({ containerId: am.containerId, nodeHttpAddress: `${am.nodeManagerHost}:${am.nodeManagerHttpPort}` });
  for (const { attempts } of info.tasks.values()) {
    for (const { containerId, trackerName, httpPort } of attempts.values()) {
      add({ containerId, nodeHttpAddress: `${trackerName.replace(/:\d+$/, '')}:${httpPort}` });
    }
  }
  return true;
}

/** Who else had containers is not told by anybody: the RM forgets those that ended. The nodes have their logs. */
async function fromNodes({ rm, credentials }: Session, applicationId: ApplicationId, add: Add): Promise<void> {
  const logs = new NodeLogs(credentials);
  const { nodeReports } = await rm.getClusterNodes({ nodeStates: ['RUNNING', 'UNHEALTHY', 'DECOMMISSIONING'] });
  const byNode = await Promise.all(
    nodeReports.map(async ({ httpAddress }) => {
      // A node that does not answer is told of when its logs are asked for.
      const containers = await logs.containersOf(httpAddress, applicationId).catch(() => []);
      return containers.map((containerId) => ({ containerId, nodeHttpAddress: httpAddress }));
    }),
  );
  byNode.flat().forEach(add);
}

async function fromAppMaster(session: Session, applicationId: ApplicationId, add: Add): Promise<void> {
  const { applicationReport } = await session.rm.getApplicationReport({ applicationId });
  const am = applicationReport.applicationType === 'MAPREDUCE' ? session.jobs.connectTo(applicationReport) : undefined;
  if (!am) return;
  try {
    const job = jobId(applicationId);
    const { completionEvents } = await am.getTaskAttemptCompletionEvents({
      jobId: job,
      fromEventId: 0,
      maxEvents: 10_000,
    });
    for (const { attemptId } of completionEvents) {
      const { taskAttemptReport } = await am.getTaskAttemptReport({ taskAttemptId: attemptId });
      const { containerId, nodeManagerHost, nodeManagerHttpPort } = taskAttemptReport;
      if (containerId !== undefined) add({ containerId, nodeHttpAddress: `${nodeManagerHost}:${nodeManagerHttpPort}` });
    }
  } catch (error) {
    // It ended just now; what the RM told must do.
    if (!(error instanceof YarnError && error.retriable)) throw error;
  } finally {
    am.close();
  }
}

const hostAndPort = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/$/, '');
