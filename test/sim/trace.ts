/**
 * Trace: what happened in a run, one line an event, as a rolling hash, and as text where asked for. Two runs of one seed must have equal
 * hashes; anything that differs between them (a random id, a date, an order) shows in a line.
 */

const KEPT_LINES = 200;

export class Trace {
  private low = 0x811c9dc5;
  private high = 0x9e3779b9;
  private readonly lines: string[] = [];
  /** Lines so far. */
  count = 0;

  /** @param keep 'tail' keeps the last 200 lines, 'all' every one, 'none' the hash alone. */
  constructor(private readonly keep: 'none' | 'tail' | 'all' = 'none') {}

  get keepsText(): boolean {
    return this.keep !== 'none';
  }

  add(line: string): void {
    let { low, high } = this;
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(high ^ unit, 0x85ebca6b) + low;
    }
    this.low = low;
    this.high = high | 0;
    this.count++;
    if (this.keep === 'none') return;
    this.lines.push(line);
    if (this.keep === 'tail' && this.lines.length > 2 * KEPT_LINES) this.lines.splice(0, KEPT_LINES);
  }

  /** Text that is for readers only: not part of the hash, since it may hold stacks. */
  note(line: string): void {
    if (this.keep === 'none') return;
    this.lines.push(`      ${line}`);
  }

  get hash(): string {
    return (this.high >>> 0).toString(16).padStart(8, '0') + (this.low >>> 0).toString(16).padStart(8, '0');
  }

  text(): readonly string[] {
    return this.keep === 'all' ? this.lines : this.lines.slice(-KEPT_LINES);
  }
}
