/** The input of a job as the stretches its maps read; problems are told as the command's own. */
import { mrKeys, type Configuration } from '@bobbin/common';
import { computeSplits, InvalidInputError, type InputSplit } from '@bobbin/mapreduce/runtime';
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

async function computed(conf: Configuration) {
  try {
    return await computeSplits(conf.toJSON());
  } catch (error) {
    if (error instanceof InvalidInputError) throw new CommandError(error.problems.join('\n'), error);
    throw error;
  }
}
