/** What the compiler must accept and refuse in a job file; the assertions are types, checked by `pnpm typecheck`. */
import {
  bytes,
  count,
  defineJob,
  defineMapJob,
  identity,
  json,
  long,
  sum,
  text,
  textOutput,
  words,
} from '@bobbin/mapreduce';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isType = <A, B>(_same: Equal<A, B>): void => undefined;

interface City {
  readonly name: string;
}

test('types flow from codecs to mapper, combiner, partitioner and reducer', () => {
  const job = defineJob({
    mapOutput: { key: text, value: json<City>() },
    mapper(line, { emit, offset }) {
      isType<typeof line, string>(true);
      offset().toFixed();
      emit(line, { name: line });
      // @ts-expect-error a value of another type than mapOutput says
      emit(line, 1);
      // @ts-expect-error a key of another type than mapOutput says
      emit(1, { name: line });
    },
    combiner(key, values, { emit }) {
      isType<typeof key, string>(true);
      for (const city of values) emit(key, city);
    },
    partitioner: (key, partitions) => key.length % partitions,
    reducer(key, cities, { emit }) {
      for (const city of cities) {
        isType<typeof city, City>(true);
        emit(key, city.name);
        // @ts-expect-error text output cannot write an object
        emit(key, city);
      }
    },
  });
  expect(job).toMatchObject({ kind: 'bobbin-job', input: { kind: 'text-input' }, output: { separator: '\t' } });
});

test('library reducers need numbers; count and identity take anything', () => {
  const mapper = (line: string, { emit }: { emit: (key: string, value: string) => void }): void => emit(line, line);
  expect([
    defineJob({ mapOutput: { key: text, value: text }, mapper, reducer: count }),
    defineJob({ mapOutput: { key: text, value: text }, mapper, reducer: identity }),
    // @ts-expect-error sums are for numbers
    defineJob({ mapOutput: { key: text, value: text }, mapper, reducer: sum }),
    // @ts-expect-error a count is no combiner
    defineJob({ mapOutput: { key: text, value: text }, mapper, combiner: count, reducer: sum }),
  ]).toHaveLength(4);
});

test('a job needs a mapper, a reducer and codecs, or is a map job', () => {
  const mapOutput = { key: text, value: long };
  expect([
    // @ts-expect-error no mapper
    defineJob({ mapOutput, reducer: sum }),
    // @ts-expect-error no reducer
    defineJob({ mapOutput, mapper: (line, { emit }) => emit(line, 1) }),
    // @ts-expect-error no codecs
    defineJob({ mapper: (line: string) => void line, reducer: sum }),
    defineMapJob({ mapper: (line, { emit }) => emit(words(line).length, undefined) }),
    // @ts-expect-error text output cannot write an object
    defineMapJob({ mapper: (line, { emit }) => emit({ line }, 1) }),
  ]).toHaveLength(5);
});

test('mapper and reducer may be objects with setup and cleanup, and may be async', () => {
  const job = defineJob({
    mapOutput: { key: bytes, value: long },
    mapper: {
      setup: ({ status }) => status('warming up'),
      async map(line, { emit }) {
        isType<typeof line, string>(true);
        emit(await Promise.resolve(Buffer.from(line)), 1);
      },
      cleanup: ({ counter }) => counter('DONE'),
    },
    reducer: {
      reduce(key, values, { emit }) {
        isType<typeof key, Uint8Array>(true);
        emit(key, [...values].length);
      },
    },
    output: textOutput({ separator: ',' }),
    numReduceTasks: 3,
  });
  expect(job.numReduceTasks).toBe(3);
});
