/**
 * Coverage: what runs have reached: faults by kind that struck while a job ran, arcs of the machines, points of death, and things that must
 * happen sometimes. Counts add up over runs and workers. A fault that hit nothing does not count.
 */
export interface Coverage {
  /** By kind. */
  readonly faults: Record<string, number>;
  /** By `kind @ phase`: the phases of the jobs that ran when it struck. */
  readonly phases: Record<string, number>;
  /** Runs in which it was taken, by `machine state event>state`. */
  readonly arcs: Record<string, number>;
  /** By role and name: deaths that struck there. */
  readonly points: Record<string, number>;
  readonly sometimes: Record<string, number>;
}

export function emptyCoverage(): Coverage {
  return { faults: {}, phases: {}, arcs: {}, points: {}, sometimes: {} };
}

export function count(of: Record<string, number>, name: string, by = 1): void {
  of[name] = (of[name] ?? 0) + by;
}

/** Adds `more` to `sum`. */
export function addCoverage(sum: Coverage, more: Coverage): void {
  for (const part of ['faults', 'phases', 'arcs', 'points', 'sometimes'] as const) {
    for (const [name, n] of Object.entries(more[part])) count(sum[part], name, n);
  }
}
