/**
 * Draws: all chance of a simulation, as a function of (seed, stream, n) without memory. A draw that is taken, or no longer taken, shifts no
 * other: so a fault can be removed from a plan, or a message from a run, and the rest stays as it was. 32-bit integer arithmetic only.
 */

/** FNV-1a of a text's code units, 32 bits. */
export function hashText(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export class Draws {
  private readonly streams = new Map<string, number>();

  constructor(readonly seed: number) {}

  /** 0 up to 2^32 - 1. */
  word(stream: string, n = 0): number {
    let salt = this.streams.get(stream);
    if (salt === undefined) {
      salt = mix(hashText(stream) ^ mix(this.seed + 0x9e3779b9));
      this.streams.set(stream, salt);
    }
    return mix(mix(salt + Math.imul(n + 1, 0x9e3779b1)) ^ salt);
  }

  /** A whole number, 0 up to `limit - 1`. */
  below(limit: number, stream: string, n = 0): number {
    return this.word(stream, n) % limit;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number, stream: string, n = 0): number {
    return least + this.below(most - least + 1, stream, n);
  }

  /** True `perMille` times of a thousand. */
  chance(perMille: number, stream: string, n = 0): boolean {
    return this.below(1000, stream, n) < perMille;
  }

  /** One of `choices`; throws where there are none. */
  pick<T>(choices: readonly T[], stream: string, n = 0): T {
    const choice = choices[this.below(choices.length, stream, n)];
    if (choice === undefined) throw new Error(`stream '${stream}' has nothing to choose from`);
    return choice;
  }
}
