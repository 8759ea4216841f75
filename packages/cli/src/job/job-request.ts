/**
 * JobRequest: a job as it is to be submitted, worked out of the job file, the configuration and the command line; and the checks
 * that need no cluster. Hadoop: the part of JobSubmitter that reads the Job.
 */
import { basename, extname, resolve } from 'node:path';
import { getFileSystem, mrAmKeys, mrKeys, taskResource, type Configuration, type Resource } from '@bobbin/common';
import type { validateJob } from '@bobbin/mapreduce';
import { CommandError } from '../errors.js';

type Job = ReturnType<typeof validateJob>;

export interface SubmitOptions {
  readonly input: readonly string[];
  readonly output?: string;
  readonly name?: string;
  readonly queue?: string;
}

/** The configuration of the job: the cluster's and `-D`, then what the options and the job file say. */
export function jobConfiguration(conf: Configuration, file: string, job: Job, options: SubmitOptions): Configuration {
  const input = options.input.length > 0 ? options.input.map(absolute).join(',') : conf.get(mrKeys.inputDirs);
  const output = options.output === undefined ? conf.get(mrKeys.outputDir) : absolute(options.output);
  if (input === undefined) throw new CommandError('the job has no input; name it with --input <path>');
  if (output === undefined) throw new CommandError('the job has no output folder; name it with --output <path>');
  const set = conf.get(mrKeys.jobName);
  const name = options.name ?? (set === '' ? undefined : set) ?? job.name ?? basename(file, extname(file));
  return conf.with(
    {
      [mrKeys.jobName.name]: name,
      [mrKeys.inputDirs.name]: input,
      [mrKeys.outputDir.name]: output,
      [mrKeys.numReduces.name]: String(conf.get(mrKeys.numReduces) ?? job.numReduceTasks ?? 1),
      ...(options.queue !== undefined && { [mrKeys.queueName.name]: options.queue }),
    },
    'the command line',
  );
}

/** A relative path is meant from where the command runs; a URL is taken as it stands. */
function absolute(path: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? path : resolve(path);
}

/** Throws CommandError where the output exists: nobody's result is written over. */
export async function checkOutput(conf: Configuration): Promise<void> {
  const output = conf.get(mrKeys.outputDir) ?? '';
  if (await getFileSystem(output).exists(output)) {
    throw new CommandError(`output folder ${output} exists already; remove it, or name another with --output`);
  }
}

/** What the containers of a job ask for, by the key that says so. */
export function containerSizes(conf: Configuration): readonly { readonly key: string; readonly resource: Resource }[] {
  const maps = taskResource(conf, 'MAP');
  const reduces = taskResource(conf, 'REDUCE');
  return [
    { key: 'yarn.app.mapreduce.am.resource', resource: appMasterResource(conf) },
    { key: 'mapreduce.map', resource: maps },
    ...(conf.get(mrKeys.numReduces) === 0 ? [] : [{ key: 'mapreduce.reduce', resource: reduces }]),
  ];
}

export function appMasterResource(conf: Configuration): Resource {
  return { memoryMb: conf.get(mrAmKeys.resourceMb), vcores: conf.get(mrAmKeys.resourceVcores) };
}

/** Throws CommandError where a container of the job would be larger than the cluster gives. */
export function checkContainerSizes(conf: Configuration, largest: Resource): void {
  const problems = containerSizes(conf).flatMap(({ key, resource }) => [
    ...(resource.memoryMb > largest.memoryMb
      ? [
          `${memoryKey(key)} = ${resource.memoryMb} is more than the largest container of this cluster has, ${largest.memoryMb} MiB`,
        ]
      : []),
    ...(resource.vcores > largest.vcores
      ? [
          `${key}.cpu.vcores = ${resource.vcores} is more than the largest container of this cluster has, ${largest.vcores}`,
        ]
      : []),
  ]);
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
}

const memoryKey = (key: string): string => (key.startsWith('yarn.') ? `${key}.mb` : `${key}.memory.mb`);
