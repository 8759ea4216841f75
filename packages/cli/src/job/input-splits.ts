/** The input of a job as the stretches its maps read; problems are told as the command's own. */
import { messageOf, mrKeys, type Configuration } from '@bobbin/common';
import type { Job } from '@bobbin/mapreduce';
import { computeSplits, InvalidInputError, sampledProperties, type InputSplit } from '@bobbin/mapreduce/runtime';
import { CommandError } from '../errors.js';

/** Largest first. Throws CommandError with every path that cannot be read, or where there are too many splits. */
export async function inputSplits(conf: Configuration): Promise<readonly InputSplit[]> {
  const { splits } = await computed(conf);
  const most = conf.get(mrKeys.maxMaps);
  if (most >= 0 && splits.length > most) {
    throw new CommandError(`the input makes ${splits.length} maps, ${mrKeys.maxMaps.name} allows ${most}`);
  }
  return splits;
}

/** `conf` with what the job needs to know of its input beforehand (`totalOrder`). Throws CommandError where its mapper fails. */
export async function withSample(conf: Configuration, job: Job, splits: readonly InputSplit[]): Promise<Configuration> {
  try {
    const properties = await sampledProperties(job, splits, conf.get(mrKeys.numReduces) ?? 1, conf.toJSON());
    return conf.with(properties, 'a sample of the input');
  } catch (error) {
    throw new CommandError(`the sample of the input failed: ${messageOf(error)}`, error);
  }
}

async function computed(conf: Configuration) {
  try {
    return await computeSplits(conf.toJSON());
  } catch (error) {
    if (error instanceof InvalidInputError) throw new CommandError(error.problems.join('\n'), error);
    throw error;
  }
}
