/** UsedSlab: a thread's slab as the task before has left it, as far as small tasks reach: full of what is not this task's. */
import { ThreadSlab } from '../../src/runtime/slab.js';

const USED_BYTES = 1 << 20;

export class UsedSlab extends ThreadSlab {
  constructor() {
    super(0);
  }

  override take(bytes: number): Buffer {
    return super.take(bytes).fill(0xa5, 0, Math.min(bytes, USED_BYTES));
  }
}
