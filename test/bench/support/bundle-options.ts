/** How a benchmark is bundled: beside its sources, its packages taken from their dist, as a user's installation has them. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.12',
  packages: 'external',
  sourcemap: 'inline',
} as const;
