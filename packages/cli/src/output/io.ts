/** What a command has of the world around it: where it prints, and what its user has set. */
import type { Clock } from '@bobbin/common';
import type { Environment } from '../cluster/find-cluster.js';

export interface CommandIO {
  readonly environment: Environment;
  readonly clock: Clock;
  /** A result line, to the standard output. */
  print(line: string): void;
  /** What went wrong or wants attention, to the error output. */
  warn(line: string): void;
  /** The terminal to draw on; absent where the output goes elsewhere. */
  readonly terminal?: Terminal;
  /** Path of a file this installation runs in containers. Throws CommandError where it was not built. */
  bundle(name: 'am' | 'task'): string;
  /** Calls `listener` at each Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

export interface Terminal {
  readonly columns: number;
  /** Text with control sequences, as it stands. */
  write(text: string): void;
}
