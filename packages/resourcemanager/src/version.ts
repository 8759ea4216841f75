/** The version of this ResourceManager, as it tells nodes and pages, and how versions compare. Hadoop: util.VersionUtil. */

export const VERSION = '0.1.0';

/** Whether `version` comes before `minimum`; numbers separated by points, what follows them does not count. */
export function isOlder(version: string, minimum: string): boolean {
  const a = numbers(version);
  const b = numbers(minimum);
  for (let i = 0; i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
