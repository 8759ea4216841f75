/**
 * The job as its submitter staged it: `job.json` and `job.splits.jsonl` (docs/architecture.md, "A MapReduce job"), read once.
 * Hadoop: job.xml, job.split, job.splitmetainfo. A file that does not hold what it should fails the job with its place.
 */
import { Configuration, messageOf, type JobFile } from '@bobbin/common';
import type { TaskSplit } from '../app-context.js';
import { JobFileError } from '../errors.js';

/** Gives the text of a file; throws where it cannot be read. */
export type ReadText = (path: string) => string;

/** Throws JobFileError. */
export function readJobFile(path: string, read: ReadText): { readonly file: JobFile; readonly conf: Configuration } {
  const file = parse(path, textOf(path, read)) as JobFile;
  const wrong = (what: string): never => {
    throw new JobFileError(path, what);
  };
  for (const field of ['jobName', 'user', 'queue'] as const) {
    if (typeof file[field] !== 'string') wrong(`'${field}' is not a text`);
  }
  for (const field of ['numMaps', 'numReduces', 'inputBytes', 'submitTimeMs'] as const) {
    if (!(Number.isFinite(file[field]) && file[field] >= 0)) wrong(`'${field}' is not a number of at least 0`);
  }
  for (const field of ['properties', 'taskLocalResources'] as const) {
    if (typeof file[field] !== 'object') wrong(`'${field}' is not an object`);
  }
  return { file, conf: Configuration.fromProperties(file.properties, path) };
}

/** One split a line; as many as `numMaps`, or JobFileError. */
export function readSplits(path: string, numMaps: number, read: ReadText): readonly TaskSplit[] {
  const lines = textOf(path, read)
    .split('\n')
    .filter((line) => line !== '');
  if (lines.length !== numMaps)
    throw new JobFileError(path, `it has ${lines.length} splits, the job has ${numMaps} maps`);
  return lines.map((line, i) => {
    const split = parse(`${path}:${i + 1}`, line) as TaskSplit;
    if (typeof split.path !== 'string' || !Array.isArray(split.hosts) || !(split.start >= 0 && split.length >= 0)) {
      throw new JobFileError(`${path}:${i + 1}`, 'a split has path, start, length and hosts');
    }
    return split;
  });
}

function textOf(path: string, read: ReadText): string {
  try {
    return read(path);
  } catch (error) {
    throw new JobFileError(path, messageOf(error), error);
  }
}

function parse(place: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JobFileError(place, messageOf(error), error);
  }
  if (typeof value !== 'object' || value === null) throw new JobFileError(place, 'it is not a JSON object');
  return value;
}
