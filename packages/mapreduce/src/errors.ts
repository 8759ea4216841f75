/**
 * All errors of the job API and the task runtime, one list. They do not cross an RPC by class: a task's error reaches the AM as
 * text (`fatalError`), so each message must tell the whole story: the thing, the value, what would be right.
 */
import { errnoOf, messageOf } from '@bobbin/common';

/** User code threw. The message names the record; `cause` is what was thrown, with the user's own stack. Thrown by tasks. */
export class UserCodeError extends Error {
  constructor(
    /** `mapper`, `reducer`, `combiner`, `partitioner`, `setup`, `cleanup`, or a codec's name. */
    readonly where: string,
    /** The record's place: `/in/a.txt, line at byte 120`, or `key "abc"`; empty outside records. */
    readonly place: string,
    override readonly cause: unknown,
  ) {
    super(`${where} failed${place === '' ? '' : ` at ${place}`}: ${messageOf(cause)}`);
    this.name = 'UserCodeError';
  }
}

/** A job file whose export is no job; `problems` holds every one found. Thrown by `validateJob`. */
export class InvalidJobError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InvalidJobError';
  }
}

/** More user counters than a job may have; thrown to the user code that counts. */
export class CounterLimitError extends Error {
  constructor(limit: number, name: string) {
    super(`Too many counters: '${name}' would be number ${limit + 1}, the limit is ${limit} in a task`);
    this.name = 'CounterLimitError';
  }
}

/** Input paths that cannot be read; thrown by `computeSplits`, all problems at once. */
export class InvalidInputError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InvalidInputError';
  }
}

/** The output folder exists; thrown by `checkOutputSpecs`. Hadoop: FileAlreadyExistsException. */
export class OutputExistsError extends Error {
  constructor(path: string) {
    super(`Output directory ${path} already exists; remove it or name another one`);
    this.name = 'OutputExistsError';
  }
}

/** Where a file of the job is to go, there is one that is not of this job. Thrown by commits. Hadoop replaces it. */
export class ForeignOutputError extends Error {
  constructor(path: string) {
    super(
      `Output file ${path} was put there by somebody else while the job ran; move it away and submit the job again`,
    );
    this.name = 'ForeignOutputError';
  }
}

/** What an attempt wrote was removed since. Thrown by `recoverTask`: the task has to run again; and by commits: they fail. */
export class LostOutputError extends Error {
  constructor(attempt: string, folder: string) {
    super(`Output of ${attempt} is lost: ${folder}, where it was written, does not exist any more`);
    this.name = 'LostOutputError';
  }
}

/**
 * The folder for what attempts write is gone: the job has ended and this attempt is a late one, or somebody has removed it. Thrown by `setupTask`: the
 * attempt fails, and leaves nothing in an output that is done.
 */
export class OutputClosedError extends Error {
  constructor(attempt: string, folder: string) {
    super(
      `Output of ${attempt} has no place: ${folder} does not exist any more; the job has ended, or somebody removed it`,
    );
    this.name = 'OutputClosedError';
  }
}

/** The plan of a commit that was begun is not what its writer published. Thrown by the output committer: the commit fails. */
export class BadCommitPlanError extends Error {
  constructor(path: string, problem: string) {
    super(`commit plan ${path} cannot be used: ${problem}`);
    this.name = 'BadCommitPlanError';
  }
}

/** Bytes on disk or from the wire that are not what was written. Thrown by readers of segments; the attempt fails. */
export class ChecksumError extends Error {
  constructor(
    what: string,
    override readonly cause?: unknown,
  ) {
    super(`${what} is corrupt`);
    this.name = 'ChecksumError';
  }
}

/** A read or write of the task's own files failed. Hadoop: FSError, reported apart from user failures. */
export class LocalDiskError extends Error {
  constructor(
    action: string,
    path: string,
    override readonly cause: unknown,
  ) {
    super(
      isDiskFull(cause)
        ? `no space left on the disk of '${path}' (${action})`
        : `cannot ${action} '${path}': ${messageOf(cause)}`,
    );
    this.name = 'LocalDiskError';
  }
}

/** This reduce gives up fetching. Hadoop: Shuffle.ShuffleError. */
export class ShuffleError extends Error {
  constructor(
    message: string,
    override readonly cause?: unknown,
  ) {
    super(message);
    this.name = 'ShuffleError';
  }
}

/** Settings that cannot work together, found when a task starts. */
export class TaskConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TaskConfigurationError';
  }
}

function isDiskFull(cause: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errnoOf(cause) ?? '');
}
