/**
 * How many segments each pass of a merge takes when there are more than `io.sort.factor`. Hadoop: Merger.getPassFactor: the
 * first pass takes just so many that all later ones are full, and each pass takes the smallest segments.
 */
import type { Segment } from './segment.js';

/** Segments of pass `pass` (from 1) over `segments` of them. */
export function passSize(segments: number, factor: number, pass: number): number {
  if (pass > 1 || segments <= factor) return factor;
  const rest = (segments - 1) % (factor - 1);
  return rest === 0 ? factor : rest + 1;
}

/**
 * Merges the smallest segments into new ones by `mergePass` until at most `factor` are left; those, smallest first. Equal sizes keep
 * their order. `factor` is at least 2.
 */
export function mergeDownTo(
  factor: number,
  segments: readonly Segment[],
  mergePass: (batch: readonly Segment[], pass: number) => Segment,
): Segment[] {
  let rest = bySize(segments);
  for (let pass = 1; rest.length > factor; pass++) {
    const size = passSize(rest.length, factor, pass);
    rest = bySize([...rest.slice(size), mergePass(rest.slice(0, size), pass)]);
  }
  return rest;
}

function bySize(segments: readonly Segment[]): Segment[] {
  return [...segments].sort((a, b) => a.rawLength - b.rawLength);
}
