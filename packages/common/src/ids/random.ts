/** Randomness as an argument: secrets and nonces come from here, and nowhere else. */
import { randomBytes } from 'node:crypto';

export interface RandomSource {
  bytes(length: number): Buffer;
}

export const systemRandom: RandomSource = { bytes: (length) => randomBytes(length) };
