/** Word count: how often each word occurs in the input. */
import { defineJob, long, sum, text, words } from '@bobbin/mapreduce';

export default defineJob({
  mapOutput: { key: text, value: long },
  mapper(line, { emit }) {
    for (const word of words(line)) emit(word, 1);
  },
  combiner: sum,
  reducer: sum,
});
