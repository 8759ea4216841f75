/** Maps that take `test.map-ms` for each record, and a reduce that counts: a job that is busy for a known time. */
import { defineJob, long, text, type MapContext, type TaskContext } from '@bobbin/mapreduce';

const pause = new Int32Array(new SharedArrayBuffer(4));

export default defineJob({
  mapOutput: { key: text, value: long },
  mapper: (line: string, { conf, emit }: MapContext<string, number>) => {
    Atomics.wait(pause, 0, 0, Number(conf['test.map-ms']));
    emit(line, 1);
  },
  reducer: (line: string, counts: Iterable<number>, { emit }: TaskContext<string, number>) => {
    let total = 0;
    for (const count of counts) total += count;
    emit(line, total);
  },
});
