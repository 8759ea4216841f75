/**
 * validateJob: is this value, as a job file exported it, a job that tasks can run? All problems at once, each naming the field
 * and what it should be. The CLI asks before it submits; a task asks again before it runs.
 */
import { InvalidJobError } from '../errors.js';
import { show } from './codec.js';
import { JOB_API_VERSION, type Job } from './define-job.js';

const EXAMPLE =
  'export default defineJob({ mapOutput: { key: text, value: long }, mapper(line, { emit }) { ... }, reducer: sum })';

type Fields = Readonly<Record<string, unknown>>;

/** The job, or InvalidJobError with every problem found. `exported` is the job file's `default` export. */
export function validateJob(exported: unknown): Job {
  if (!isObject(exported) || exported['kind'] !== 'bobbin-job') {
    throw new InvalidJobError([
      exported === undefined
        ? `job file has no default export; write: ${EXAMPLE}`
        : `job file exports ${show(exported)} as default, not a job; write: ${EXAMPLE}`,
    ]);
  }
  if (exported['apiVersion'] !== JOB_API_VERSION) {
    throw new InvalidJobError([
      `job was made for version ${show(exported['apiVersion'])} of the job API, this release runs version ${JOB_API_VERSION}`,
    ]);
  }
  const problems = [...mapperProblems(exported), ...formatProblems(exported), ...reduceProblems(exported)];
  if (problems.length > 0) throw new InvalidJobError(problems);
  return exported as unknown as Job;
}

function mapperProblems(job: Fields): string[] {
  const { mapper, bytesMapper } = job;
  if (mapper === undefined && typeof bytesMapper === 'function') return [];
  if (mapper === undefined) return ['job has no mapper: add mapper(line, { emit }) { ... }'];
  if (typeof mapper === 'function' || (isObject(mapper) && typeof mapper['map'] === 'function')) return [];
  return [`job's mapper is ${show(mapper)}; it must be a function, or an object with a function 'map'`];
}

function formatProblems(job: Fields): string[] {
  const problems: string[] = [];
  if (!isKind(job['input'], 'text-input'))
    problems.push(`job's input is ${show(job['input'])}; it must be textInput()`);
  if (!isKind(job['output'], 'text-output')) {
    problems.push(`job's output is ${show(job['output'])}; it must be textOutput()`);
  }
  return problems;
}

function reduceProblems(job: Fields): string[] {
  const { numReduceTasks, mapOutput, reducer, combiner, partitioner } = job;
  const problems: string[] = [];
  if (numReduceTasks !== undefined && !(Number.isInteger(numReduceTasks) && (numReduceTasks as number) >= 0)) {
    problems.push(`job's numReduceTasks is ${show(numReduceTasks)}; it must be a whole number from 0 on`);
  }
  if (numReduceTasks === 0) return problems;
  if (reducer === undefined) {
    problems.push(
      'job has no reducer: add reducer(key, values, { emit }) { ... }, or use defineMapJob for a job without one',
    );
  } else if (!isReducer(reducer)) {
    problems.push(
      `job's reducer is ${show(reducer)}; it must be a function, an object with a function 'reduce', or a library reducer such as sum`,
    );
  }
  for (const part of ['key', 'value']) {
    const codec = isObject(mapOutput) ? mapOutput[part] : undefined;
    if (isObject(codec) && typeof codec['encode'] === 'function' && typeof codec['decode'] === 'function') continue;
    problems.push(
      `job's mapOutput.${part} is ${show(codec)}; it must be a codec such as text, long, double, bytes or json()`,
    );
  }
  if (combiner !== undefined && typeof combiner !== 'function' && !isKind(combiner, 'aggregate')) {
    problems.push(`job's combiner is ${show(combiner)}; it must be a function, or sum, min or max`);
  }
  for (const [name, value] of Object.entries({ reducer, combiner })) {
    const codec = isObject(mapOutput) ? mapOutput['value'] : undefined;
    if (isKind(value, 'aggregate') && isObject(codec) && codec['isNumeric'] !== true) {
      problems.push(
        `job's ${name} is ${String(value['op'])}, which needs numbers: mapOutput.value must be long or double`,
      );
    }
  }
  if (partitioner !== undefined && typeof partitioner !== 'function' && !isKind(partitioner, 'library-partitioner')) {
    problems.push(
      `job's partitioner is ${show(partitioner)}; it must be a function (key, partitions) => number, or totalOrder`,
    );
  }
  return problems;
}

function isReducer(value: unknown): boolean {
  if (typeof value === 'function' || isKind(value, 'aggregate') || isKind(value, 'library-reducer')) return true;
  return isObject(value) && typeof value['reduce'] === 'function';
}

function isKind(value: unknown, kind: string): value is Fields {
  return isObject(value) && value['kind'] === kind;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
