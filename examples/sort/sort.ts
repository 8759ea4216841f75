/** Sorts the lines of text files as bytes: the part files, one after the other, are the sorted whole. */
import { defineBytesJob, identity, none, text, totalOrder } from '@bobbin/mapreduce';

export default defineBytesJob({
  mapOutput: { key: text, value: none },
  mapper: (line, start, end, { emitBytes }) => emitBytes(line, start, end, line, end, end),
  partitioner: totalOrder,
  reducer: identity,
});
