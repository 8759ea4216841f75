/** Errors the command itself makes: what was asked cannot be done here, and what to do instead. */
import { YarnError } from '@bobbin/common';

/** A command line that cannot be carried out; printed without a stack. */
export class CommandError extends YarnError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      code: 'COMMAND_FAILED',
      status: 'FAILED_PRECONDITION',
      hadoopClass: 'java.lang.IllegalStateException',
      cause,
    });
  }
}
