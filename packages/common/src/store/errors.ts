/** Errors of the stores. Thrown when a daemon starts or commits; it stops then: a state that cannot be kept must not be acknowledged. */
import { YarnError } from '../errors.js';

/** A store that cannot be opened or written. */
export class StoreError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'STORE',
      status: 'INTERNAL',
      hadoopClass: 'org.apache.hadoop.yarn.exceptions.YarnRuntimeException',
      cause,
    });
  }
}

/** A store whose content is not what was written. */
export class StoreCorruptError extends StoreError {
  constructor(file: string, what: string) {
    super(`${file} is damaged: ${what}; restore it from a copy, or move it away and begin with an empty store`);
  }
}
