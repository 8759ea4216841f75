/** The same count without a string: the mapper sees bytes and emits stretches of them. */
import { defineBytesJob, long, sum, text } from '@bobbin/mapreduce';

const isBlank = new Uint8Array(256);
for (const character of ' \t\n\r\f') isBlank[character.charCodeAt(0)] = 1;

export default defineBytesJob({
  mapOutput: { key: text, value: long },
  mapper(line, start, end, { emit }) {
    let word = start;
    for (let at = start; at <= end; at++) {
      if (at < end && isBlank[line[at] ?? 0] === 0) continue;
      if (at > word) emit(line, word, at, 1);
      word = at + 1;
    }
  },
  combiner: sum,
  reducer: sum,
});
