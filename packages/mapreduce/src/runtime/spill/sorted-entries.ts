/**
 * SortedEntries: the sorted records of a collector's buffer as groups of equal keys, for the combiner. Each entry is RecordSorter's;
 * a record's value follows its key as a vint length and bytes (see MapOutputBuffer).
 */
import type { GroupedRecords } from '../merge/grouped-records.js';
import { ENTRY_WORDS, KEY_LENGTH, KEY_START, PREFIX_HIGH, PREFIX_LOW } from './record-sorter.js';
import { readVint, vintSizeFrom } from './vint.js';

export class SortedEntries implements GroupedRecords {
  readonly keyBuffer: Buffer;
  keyStart = 0;
  keyLength = 0;
  valueStart = 0;
  valueLength = 0;
  /** Entry of the present group's first record, and of the next value. */
  private group: number;
  private nextEntry: number;
  private groupOpen = false;

  /** Entries from word `from` to `to` of the slab. */
  constructor(
    readonly buffer: Buffer,
    private readonly words: Int32Array,
    from: number,
    private readonly to: number,
  ) {
    this.keyBuffer = buffer;
    this.group = from;
    this.nextEntry = from;
  }

  nextGroup(): boolean {
    while (this.groupOpen) this.nextValue();
    if (this.nextEntry >= this.to) return false;
    this.group = this.nextEntry;
    this.keyStart = this.words[this.group + KEY_START] ?? 0;
    this.keyLength = this.words[this.group + KEY_LENGTH] ?? 0;
    this.groupOpen = true;
    return true;
  }

  nextValue(): boolean {
    const entry = this.nextEntry;
    if (!this.groupOpen || entry >= this.to || (entry !== this.group && !this.isInGroup(entry))) {
      this.groupOpen = false;
      return false;
    }
    const { words, buffer } = this;
    const at = (words[entry + KEY_START] ?? 0) + (words[entry + KEY_LENGTH] ?? 0);
    this.valueLength = readVint(buffer, at);
    this.valueStart = at + vintSizeFrom(buffer[at] ?? 0);
    this.nextEntry = entry + ENTRY_WORDS;
    return true;
  }

  private isInGroup(entry: number): boolean {
    const { words, buffer, keyStart, keyLength, group } = this;
    // The cached bytes of an entry may have moved on in the sort, for all of a group alike: a first answer only.
    if (words[entry + KEY_LENGTH] !== keyLength) return false;
    if (words[entry + PREFIX_HIGH] !== words[group + PREFIX_HIGH]) return false;
    if (words[entry + PREFIX_LOW] !== words[group + PREFIX_LOW]) return false;
    const other = words[entry + KEY_START] ?? 0;
    for (let i = 0; i < keyLength; i++) if (buffer[keyStart + i] !== buffer[other + i]) return false;
    return true;
  }
}
