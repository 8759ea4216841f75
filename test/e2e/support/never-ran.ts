import type { AttemptInfo } from '@bobbin/common';

/** Whether an attempt had a launch in the history, and never a process: its NodeManager died between the two, and the next one says so. */
export function neverRan({ error }: Pick<AttemptInfo, 'error'>): boolean {
  return error.includes('before it had started this container');
}
