/**
 * RecordSorter: sorts records by the bytes of their keys without moving them. Hadoop: MapOutputBuffer's QuickSort on metadata.
 * A record is an entry of four int32: the first eight bytes of its key (two words, top bit flipped so that signed compares give
 * unsigned order, zero-padded), where the key starts in the slab, and its length. Many entries: LSD radix by 16-bit digits
 * over the cached bytes; few, or equal in them: a pass by the first byte, then quicksort by three-way partition on eight bytes at
 * a time. Entries live in the slab too, so moving one touches one cache line. Order among equal keys is not defined.
 */

/** Int32 words of an entry, and their places in it. */
export const ENTRY_WORDS = 4;
export const ENTRY_BYTES = 16;
export const PREFIX_HIGH = 0;
export const PREFIX_LOW = 1;
export const KEY_START = 2;
export const KEY_LENGTH = 3;

const PREFIX_BYTES = 8;
const FLIP = 0x80000000 | 0;
const DIGITS = 0x10000;
/** Below this many entries the four histograms cost more than they save. */
const RADIX_FROM = 20_000;
const FIRST_BYTE_FROM = 512;
const INSERTION_UPTO = 16;
const SAMPLE = 1_000;

export class RecordSorter {
  private readonly words: Int32Array;
  private readonly view: DataView;
  private histograms: Int32Array | undefined;

  /** Sorts within one slab; its start must be aligned to 4 bytes. The slab needs 8 readable bytes after every key. */
  constructor(private readonly slab: Buffer) {
    this.words = new Int32Array(slab.buffer, slab.byteOffset, slab.length >>> 2);
    this.view = new DataView(slab.buffer, slab.byteOffset, slab.length);
  }

  /** Writes an entry at word `at` for the key at byte `keyStart`. */
  putEntry(at: number, keyStart: number, keyLength: number): void {
    const words = this.words;
    this.loadPrefix(at, keyStart, keyLength);
    words[at + KEY_START] = keyStart;
    words[at + KEY_LENGTH] = keyLength;
  }

  /**
   * Sorts `count` entries from word `from`, with as many words of scratch from `scratch` on. Returns where the sorted entries
   * are: `from` or `scratch`.
   */
  sort(from: number, count: number, scratch: number): number {
    if (count < RADIX_FROM) {
      if (count < FIRST_BYTE_FROM) {
        this.quicksort(from, from + count * ENTRY_WORDS, 0);
        return from;
      }
      return this.sortByFirstByte(from, count, scratch);
    }
    const byHighOnly = this.fourBytesDecide(from, count);
    const sorted = this.radixSort(from, count, scratch, byHighOnly ? 2 : 0);
    if (byHighOnly) this.sortHighTies(sorted, count);
    else this.sortTies(sorted, count);
    return sorted;
  }

  /** Caches eight bytes of the key from `start` on, of which `length` are the key's. */
  private loadPrefix(entry: number, start: number, length: number): void {
    const { words, view } = this;
    if (length >= PREFIX_BYTES) {
      words[entry] = view.getInt32(start) ^ FLIP;
      words[entry + 1] = view.getInt32(start + 4) ^ FLIP;
    } else if (length >= 4) {
      words[entry] = view.getInt32(start) ^ FLIP;
      words[entry + 1] = (length === 4 ? 0 : view.getInt32(start + 4) & (-1 << (64 - 8 * length))) ^ FLIP;
    } else {
      words[entry] = (length <= 0 ? 0 : view.getInt32(start) & (-1 << (32 - 8 * length))) ^ FLIP;
      words[entry + 1] = FLIP;
    }
  }

  private radixSort(from: number, count: number, scratch: number, firstDigit: number): number {
    const words = this.words;
    const histograms = (this.histograms ??= new Int32Array(4 * DIGITS)).fill(0);
    const end = from + count * ENTRY_WORDS;
    for (let e = from; e < end; e += ENTRY_WORDS) {
      const high = words[e] ?? 0;
      const low = words[e + 1] ?? 0;
      const d0 = low & 0xffff;
      const d1 = DIGITS + (low >>> 16);
      const d2 = 2 * DIGITS + (high & 0xffff);
      const d3 = 3 * DIGITS + (high >>> 16);
      histograms[d0] = (histograms[d0] ?? 0) + 1;
      histograms[d1] = (histograms[d1] ?? 0) + 1;
      histograms[d2] = (histograms[d2] ?? 0) + 1;
      histograms[d3] = (histograms[d3] ?? 0) + 1;
    }
    let source = from;
    let target = scratch;
    for (let digit = firstDigit; digit < 4; digit++) {
      if (!this.toOffsets(histograms, digit, source, count, target)) continue;
      this.scatter(histograms, digit, source, count);
      [source, target] = [target, source];
    }
    return source;
  }

  /** Random keys: hardly any two of a sample agree in four bytes, so two passes do and the few ties are sorted after. */
  private fourBytesDecide(from: number, count: number): boolean {
    const words = this.words;
    const step = Math.floor(count / SAMPLE) * ENTRY_WORDS;
    const sample = new Int32Array(SAMPLE);
    for (let i = 0, e = from; i < SAMPLE; i++, e += step) sample[i] = words[e] ?? 0;
    sample.sort();
    let ties = 0;
    for (let i = 1; i < SAMPLE; i++) if (sample[i] === sample[i - 1]) ties++;
    return ties * 100 < SAMPLE;
  }

  /** Turns a digit's counts into target words; false if all entries have the same digit and nothing need move. */
  private toOffsets(histograms: Int32Array, digit: number, source: number, count: number, target: number): boolean {
    const word = this.words[source + (digit < 2 ? PREFIX_LOW : PREFIX_HIGH)] ?? 0;
    const first = digit % 2 === 0 ? word & 0xffff : word >>> 16;
    const base = digit * DIGITS;
    if (histograms[base + first] === count) return false;
    // The top digit of a word is stored flipped: its unsigned order starts at 0x8000.
    const start = digit % 2 === 0 ? 0 : 0x8000;
    let at = target;
    for (let i = 0; i < DIGITS; i++) {
      const slot = base + (i ^ start);
      const n = histograms[slot] ?? 0;
      histograms[slot] = at;
      at += n * ENTRY_WORDS;
    }
    return true;
  }

  private scatter(offsets: Int32Array, digit: number, source: number, count: number): void {
    const words = this.words;
    const base = digit * DIGITS;
    const word = digit < 2 ? PREFIX_LOW : PREFIX_HIGH;
    const shift = digit % 2 === 0 ? 0 : 16;
    const end = source + count * ENTRY_WORDS;
    for (let e = source; e < end; e += ENTRY_WORDS) {
      const slot = base + (((words[e + word] ?? 0) >>> shift) & 0xffff);
      const to = offsets[slot] ?? 0;
      offsets[slot] = to + ENTRY_WORDS;
      words[to] = words[e] ?? 0;
      words[to + 1] = words[e + 1] ?? 0;
      words[to + 2] = words[e + 2] ?? 0;
      words[to + 3] = words[e + 3] ?? 0;
    }
  }

  /** After all four passes: runs that agree in all eight bytes. */
  private sortTies(from: number, count: number): void {
    const words = this.words;
    const end = from + count * ENTRY_WORDS;
    for (let e = from; e < end;) {
      const high = words[e];
      const low = words[e + 1];
      let next = e + ENTRY_WORDS;
      while (next < end && words[next] === high && words[next + 1] === low) next += ENTRY_WORDS;
      const entries = (next - e) / ENTRY_WORDS;
      if (entries > INSERTION_UPTO) this.sortEqualPrefix(e, next, 0);
      else if (entries > 1) this.insertionSort(e, next, 0);
      e = next;
    }
  }

  /** After two passes: runs that agree in the first four bytes. */
  private sortHighTies(from: number, count: number): void {
    const words = this.words;
    const end = from + count * ENTRY_WORDS;
    for (let e = from; e < end;) {
      const high = words[e];
      let next = e + ENTRY_WORDS;
      while (next < end && words[next] === high) next += ENTRY_WORDS;
      if (next - e > ENTRY_WORDS) this.quicksort(e, next, 0);
      e = next;
    }
  }

  private sortByFirstByte(from: number, count: number, scratch: number): number {
    const words = this.words;
    const offsets = new Int32Array(256);
    const end = from + count * ENTRY_WORDS;
    for (let e = from; e < end; e += ENTRY_WORDS) {
      const d = ((words[e] ?? 0) >>> 24) ^ 0x80;
      offsets[d] = (offsets[d] ?? 0) + 1;
    }
    let at = scratch;
    for (let d = 0; d < 256; d++) {
      const n = offsets[d] ?? 0;
      offsets[d] = at;
      at += n * ENTRY_WORDS;
    }
    for (let e = from; e < end; e += ENTRY_WORDS) {
      const d = ((words[e] ?? 0) >>> 24) ^ 0x80;
      const to = offsets[d] ?? 0;
      offsets[d] = to + ENTRY_WORDS;
      words[to] = words[e] ?? 0;
      words[to + 1] = words[e + 1] ?? 0;
      words[to + 2] = words[e + 2] ?? 0;
      words[to + 3] = words[e + 3] ?? 0;
    }
    let start = scratch;
    for (let d = 0; d < 256; d++) {
      const bucketEnd = offsets[d] ?? 0;
      if (bucketEnd - start > ENTRY_WORDS) this.quicksort(start, bucketEnd, 0);
      start = bucketEnd;
    }
    return scratch;
  }

  /** Sorts words `from` to `to`, whose keys agree in the `depth` bytes before the cached eight. Recurses on smaller parts. */
  private quicksort(from: number, to: number, depth: number): void {
    const words = this.words;
    while (to - from > INSERTION_UPTO * ENTRY_WORDS) {
      const pivot = this.medianOfThree(from, to);
      const pivotHigh = words[pivot] ?? 0;
      const pivotLow = words[pivot + 1] ?? 0;
      let less = from;
      let greater = to;
      for (let e = from; e < greater;) {
        const high = words[e] ?? 0;
        const low = words[e + 1] ?? 0;
        if (high < pivotHigh || (high === pivotHigh && low < pivotLow)) {
          if (e !== less) this.swap(e, less);
          less += ENTRY_WORDS;
          e += ENTRY_WORDS;
        } else if (high === pivotHigh && low === pivotLow) {
          e += ENTRY_WORDS;
        } else {
          greater -= ENTRY_WORDS;
          this.swap(e, greater);
        }
      }
      this.sortEqualPrefix(less, greater, depth);
      if (less - from < to - greater) {
        this.quicksort(from, less, depth);
        from = greater;
      } else {
        this.quicksort(greater, to, depth);
        to = less;
      }
    }
    this.insertionSort(from, to, depth);
  }

  /** Entries whose cached bytes are equal: keys that end within them come first, by length; the others go eight bytes on. */
  private sortEqualPrefix(from: number, to: number, depth: number): void {
    if (to - from <= ENTRY_WORDS) return;
    const words = this.words;
    const next = depth + PREFIX_BYTES;
    const firstLength = words[from + KEY_LENGTH] ?? 0;
    let longer = from;
    let sameLength = true;
    for (let e = from; e < to; e += ENTRY_WORDS) {
      const length = words[e + KEY_LENGTH] ?? 0;
      if (length !== firstLength) sameLength = false;
      if (length > next) continue;
      if (e !== longer) this.swap(e, longer);
      longer += ENTRY_WORDS;
    }
    if (sameLength && firstLength <= next) return;
    if (!sameLength) this.sortByLength(from, longer, depth);
    if (to - longer <= ENTRY_WORDS) return;
    for (let e = longer; e < to; e += ENTRY_WORDS) {
      this.loadPrefix(e, (words[e + KEY_START] ?? 0) + next, (words[e + KEY_LENGTH] ?? 0) - next);
    }
    this.quicksort(longer, to, next);
  }

  /** At most nine lengths occur (padding and NUL bytes look alike): one pass for each. */
  private sortByLength(from: number, to: number, depth: number): void {
    const words = this.words;
    let at = from;
    for (let length = depth; at < to && length <= depth + PREFIX_BYTES; length++) {
      for (let e = at; e < to; e += ENTRY_WORDS) {
        if (words[e + KEY_LENGTH] !== length) continue;
        if (e !== at) this.swap(e, at);
        at += ENTRY_WORDS;
      }
    }
  }

  private insertionSort(from: number, to: number, depth: number): void {
    const words = this.words;
    for (let i = from + ENTRY_WORDS; i < to; i += ENTRY_WORDS) {
      const high = words[i] ?? 0;
      const low = words[i + 1] ?? 0;
      const keyStart = words[i + 2] ?? 0;
      const keyLength = words[i + 3] ?? 0;
      let j = i - ENTRY_WORDS;
      for (; j >= from; j -= ENTRY_WORDS) {
        const otherHigh = words[j] ?? 0;
        if (otherHigh < high) break;
        if (otherHigh === high) {
          const otherLow = words[j + 1] ?? 0;
          if (otherLow < low) break;
          if (otherLow === low) {
            const tail = depth + PREFIX_BYTES;
            if (compareTails(this.slab, words[j + 2] ?? 0, words[j + 3] ?? 0, keyStart, keyLength, tail) <= 0) break;
          }
        }
        words[j + 4] = otherHigh;
        words[j + 5] = words[j + 1] ?? 0;
        words[j + 6] = words[j + 2] ?? 0;
        words[j + 7] = words[j + 3] ?? 0;
      }
      words[j + 4] = high;
      words[j + 5] = low;
      words[j + 6] = keyStart;
      words[j + 7] = keyLength;
    }
  }

  private medianOfThree(from: number, to: number): number {
    const middle = from + ((to - from) >>> 3) * ENTRY_WORDS;
    const last = to - ENTRY_WORDS;
    const bc = this.prefixLess(middle, last);
    if (this.prefixLess(from, middle)) return bc ? middle : this.prefixLess(from, last) ? last : from;
    return !bc ? middle : this.prefixLess(from, last) ? from : last;
  }

  private prefixLess(a: number, b: number): boolean {
    const words = this.words;
    const aHigh = words[a] ?? 0;
    const bHigh = words[b] ?? 0;
    return aHigh < bHigh || (aHigh === bHigh && (words[a + 1] ?? 0) < (words[b + 1] ?? 0));
  }

  private swap(a: number, b: number): void {
    const words = this.words;
    for (let i = 0; i < ENTRY_WORDS; i++) {
      const kept = words[a + i] ?? 0;
      words[a + i] = words[b + i] ?? 0;
      words[b + i] = kept;
    }
  }
}

/** Order of two keys whose first `from` bytes (zero-padded) are equal: by the bytes after them, then by length. */
export function compareTails(
  slab: Buffer,
  aStart: number,
  aLength: number,
  bStart: number,
  bLength: number,
  from: number,
): number {
  const common = aLength < bLength ? aLength : bLength;
  for (let i = from; i < common; i++) {
    const difference = (slab[aStart + i] ?? 0) - (slab[bStart + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
