/**
 * fingerprint: everything that hangs on an object, as text, to be compared before and after: the state of a daemon that a refused call must leave
 * untouched. What a daemon is made of but does not decide by is left out: clock, log, timers, what others listen to.
 */
const LEFT_OUT = new Set([
  'deps',
  'log',
  'clock',
  'dispatcher',
  'handlers',
  'timer',
  'wake',
  'dirs',
  'watchers',
  'snapshot',
]);

/** Maps, sets and private fields too; an object seen before is named by its first place. */
export function fingerprint(root: unknown): string {
  const places = new Map<object, string>();
  const lines: string[] = [];
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'function') return;
    if (typeof value !== 'object' || value === null) {
      lines.push(`${place} = ${String(value)}`);
      return;
    }
    const before = places.get(value);
    if (before !== undefined) {
      lines.push(`${place} -> ${before}`);
      return;
    }
    places.set(value, place);
    if (value instanceof Uint8Array) lines.push(`${place} = ${Buffer.from(value).toString('hex')}`);
    else if (value instanceof Map) for (const [key, item] of value) walk(item, `${place}[${String(key)}]`);
    else if (value instanceof Set) for (const item of value) walk(item, `${place}{}`);
    else for (const [key, item] of Object.entries(value)) if (!LEFT_OUT.has(key)) walk(item, `${place}.${key}`);
    if (value instanceof Map || value instanceof Set) lines.push(`${place} holds ${value.size}`);
  };
  walk(root, '');
  return lines.join('\n');
}
