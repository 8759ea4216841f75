/**
 * A reducer's request for map outputs, read and checked. Hadoop: ShuffleHandler.Shuffle.channelRead0, splitMaps, verifyRequest;
 * hadoop-rpc.md 12. Pure. Ids are parsed before they become part of a path, so that nothing in a request can name another folder.
 */
import {
  messageOf,
  parseJobId,
  parseTaskAttemptId,
  parseTaskId,
  type ApplicationId,
  type JobId,
  type TaskAttemptId,
} from '@bobbin/common';

export interface ShuffleRequest {
  readonly job: JobId;
  readonly applicationId: ApplicationId;
  readonly reduce: number;
  readonly maps: readonly TaskAttemptId[];
  readonly keepAlive: boolean;
}

/** A request that is refused, as an HTTP answer. */
export interface Refusal {
  readonly status: 400 | 401 | 404 | 405;
  readonly message: string;
}

/** The parts of an HTTP request that count. */
export interface RawRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export function isRefusal(result: ShuffleRequest | Refusal): result is Refusal {
  return 'status' in result;
}

/** Everything but the hash. */
export function parseShuffleRequest({ method, url, headers }: RawRequest): ShuffleRequest | Refusal {
  if (method !== 'GET') return { status: 405, message: `method ${method} is not GET` };
  if (headers['name'] !== 'mapreduce' || headers['version'] !== '1.0.0') {
    return {
      status: 400,
      message: 'Incompatible shuffle request version: headers name: mapreduce and version: 1.0.0 are needed',
    };
  }
  const mark = url.indexOf('?');
  if ((mark < 0 ? url : url.slice(0, mark)) !== '/mapOutput')
    return { status: 404, message: 'only /mapOutput is served' };
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const [job, ...moreJobs] = query.getAll('job');
  const [reduce, ...moreReduces] = query.getAll('reduce');
  const maps = query.getAll('map').flatMap((list) => list.split(','));
  if (job === undefined || reduce === undefined || maps.length === 0) {
    return { status: 400, message: 'Required param job, map and reduce' };
  }
  if (moreJobs.length > 0 || moreReduces.length > 0) return { status: 400, message: 'Too many job/reduce parameters' };
  if (!/^\d{1,9}$/.test(reduce)) return { status: 400, message: `reduce '${reduce}' is not a number` };
  try {
    const { applicationId } = parseJobId(job);
    for (const map of maps) {
      const task = parseTaskId(parseTaskAttemptId(map).taskId);
      if (task.jobId !== job) return { status: 400, message: `map '${map}' is not of job '${job}'` };
    }
    return {
      job: job as JobId,
      applicationId,
      reduce: Number(reduce),
      maps: maps as TaskAttemptId[],
      keepAlive: query.get('keepAlive') === 'true',
    };
  } catch (error) {
    return { status: 400, message: messageOf(error) };
  }
}
