/**
 * computeSplits: input files cut into stretches, one for each map. Hadoop: FileInputFormat.getSplits and the sort of JobSubmitter.
 * Size: max(minimum, min(maximum, block)), a whole file where it is packed; the last piece of a file may be a tenth larger than that, never a sliver of its own.
 */
import { getFileSystem, type FileStatus, type FileSystem } from '@bobbin/common';
import { InvalidInputError, TaskConfigurationError } from '../../errors.js';
import type { InputSplit } from '../task-api.js';
import { splitPaths } from './glob.js';
import { listInputFiles } from './input-files.js';
import { isPacked } from './packed-input.js';

const SPLIT_SLOP = 1.1;
const INPUT = 'mapreduce.input.fileinputformat.';

export interface Splits {
  /** Largest first: the longest map starts first. Equal sizes keep the order of paths and offsets. */
  readonly splits: readonly InputSplit[];
  readonly inputBytes: number;
}

/**
 * The splits of the job's input paths (`mapreduce.input.fileinputformat.inputdir`, separated by commas). Throws InvalidInputError with
 * every path that is missing, unreadable, or no text file. `fileSystem` gives the file system of a path.
 */
export async function computeSplits(
  conf: Readonly<Record<string, string>>,
  fileSystem: (path: string) => FileSystem = getFileSystem,
): Promise<Splits> {
  const paths = splitPaths(conf[`${INPUT}inputdir`] ?? '');
  if (paths.length === 0) throw new InvalidInputError([`No input paths specified in job: set ${INPUT}inputdir`]);
  const options = {
    recursive: conf[`${INPUT}input.dir.recursive`] === 'true',
    ignoreSubdirs: conf[`${INPUT}input.dir.nonrecursive.ignore.subdirs`] === 'true',
  };
  const splits: InputSplit[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    const found = await listInputFiles(fileSystem(path), path, options);
    problems.push(...found.problems);
    for (const file of found.files) splits.push(...splitFile(file, splitBytes(file, conf)));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  splits.sort((a, b) => b.length - a.length);
  return { splits, inputBytes: splits.reduce((sum, { length }) => sum + length, 0) };
}

/** Pieces of `size` bytes; an empty file is one empty split. */
export function splitFile({ path, sizeBytes }: Pick<FileStatus, 'path' | 'sizeBytes'>, size: number): InputSplit[] {
  const splits: InputSplit[] = [];
  let start = 0;
  for (; (sizeBytes - start) / size > SPLIT_SLOP; start += size) splits.push({ path, start, length: size, hosts: [] });
  if (start < sizeBytes || sizeBytes === 0) splits.push({ path, start, length: sizeBytes - start, hosts: [] });
  return splits;
}

function splitBytes(file: FileStatus, conf: Readonly<Record<string, string>>): number {
  if (isPacked(file.path)) return Infinity;
  const local = file.path.startsWith('file:');
  const blockBytes = local ? bytesOf(conf, 'bobbin.fs.local.block-size', file.blockBytes) : file.blockBytes;
  const smallest = Math.max(1, bytesOf(conf, `${INPUT}split.minsize`, 0));
  return Math.max(smallest, Math.min(bytesOf(conf, `${INPUT}split.maxsize`, Infinity), blockBytes));
}

function bytesOf(conf: Readonly<Record<string, string>>, key: string, fallback: number): number {
  const text = conf[key]?.trim();
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new TaskConfigurationError(`${key} is '${text}'; it must be a whole number of bytes`);
  }
  return value === 0 && key.endsWith('block-size') ? fallback : value;
}
