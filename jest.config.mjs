/** Jest with swc: ESM TypeScript runs as CommonJS; types are checked apart, by `pnpm typecheck`. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/test', '<rootDir>/examples'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  cacheDirectory: '<rootDir>/.jest-cache',
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: false } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
    // An ES module that Jest can require only with Node's vm modules switched on.
    '/commander/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!\\.pnpm/|commander/)'],
  moduleNameMapper: {
    '^@bobbin/([^/]+)/testing$': '<rootDir>/packages/$1/src/testing/index.ts',
    '^@bobbin/([^/]+)/runtime$': '<rootDir>/packages/$1/src/runtime/index.ts',
    '^@bobbin/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  reporters: ['default', '<rootDir>/scripts/jest-figures.mjs'],
  maxWorkers: 2,
};
