/** Mappers on bytes: what they emit is copied at once, checked for its bounds, and seen decoded by a partitioner. */
import { tempDir } from '@bobbin/common/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineBytesJob, identity, long, text } from '../../../src/index.js';
import type { Job } from '../../../src/job/define-job.js';
import { TaskStand } from '../task-stand.js';

async function run(job: Job, content: string, numReduces: number): Promise<readonly string[]> {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'in.txt'), content);
  const { parts } = await new TaskStand({ dir: dir.path, input: join(dir.path, 'in.txt'), job, numReduces }).run();
  return parts;
}

const scratch = Buffer.alloc(3);

test('a buffer may be reused after emit; a partitioner gets the decoded key', async () => {
  const job = defineBytesJob({
    mapOutput: { key: text, value: long },
    mapper(buffer, start, end, { emit, offset, counter }) {
      buffer.copy(scratch, 0, start, end);
      emit(scratch, 0, end - start, offset());
      scratch.fill(0x7a);
      counter('LINES');
    },
    partitioner: (key) => (key < 'b' ? 0 : 1),
    reducer: identity,
  });
  expect(await run(job, 'ccc\naa\nb\n', 2)).toEqual(['aa\t4\n', 'b\t7\nccc\t0\n']);
});

test('without reducers the slices are the output', async () => {
  const job = defineBytesJob({
    mapOutput: { key: text, value: text },
    mapper: (buffer, start, end, { emitBytes }) => emitBytes(buffer, start, start + 1, buffer, start + 1, end),
    reducer: identity,
  });
  expect(await run(job, 'abc\nd\n', 0)).toEqual(['a\tbc\nd\t\n']);
});

test('a slice outside its buffer is refused with the place of the line', async () => {
  const job = defineBytesJob({
    mapOutput: { key: text, value: long },
    mapper: (_buffer, _start, _end, { emit }) => emit(scratch, 1, 9, 1),
    reducer: identity,
  });
  await expect(run(job, 'x\n', 1)).rejects.toThrow(
    /in.txt, line at byte 0: bytes 1 to 9 are no stretch of a buffer of 3$/,
  );
});
