/**
 * ESLint with type-aware rules. What event code gets wrong most is an unawaited promise or a forgotten case; what a simulation
 * cannot bear is a hidden clock or a hidden random number. Import arrows are dependency-cruiser's, dead code is knip's.
 */
import tseslint from 'typescript-eslint';

const outsideClock = (selector, name, instead) => ({
  selector,
  message: `${name} belongs in common/src/clock; ${instead}`,
});

const hiddenInputs = [
  outsideClock("MemberExpression[object.name='Date'][property.name='now']", 'Date.now', 'take a Clock'),
  outsideClock("NewExpression[callee.name='Date'][arguments.length=0]", 'new Date()', 'take a Clock'),
  outsideClock("MemberExpression[object.name='performance'][property.name='now']", 'performance.now', 'take a Clock'),
  outsideClock('CallExpression[callee.name=/^set(Timeout|Interval)$/]', 'a timer', 'take a Clock'),
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Math.random hides an input; take a RandomSource',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'process.env is read only in conf/, main.ts and the command line; take what you need as an argument',
};
const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'no default exports; a job file is the one exception',
};

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/generated/',
      '**/test/data/',
      '**/fixtures/',
      'coverage/',
      '.jest-cache/',
      'tmp/',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Interfaces here are often async where one implementation needs no await.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...hiddenInputs, environment, defaultExport],
    },
  },
  {
    // The rooms where the outside world is let in.
    files: ['packages/common/src/clock/**', 'packages/common/src/ids/**'],
    rules: { 'no-restricted-syntax': ['error', environment, defaultExport] },
  },
  {
    files: ['packages/*/src/conf/**', 'packages/*/src/**/main.ts', 'packages/cli/src/**'],
    rules: { 'no-restricted-syntax': ['error', ...hiddenInputs, defaultExport] },
  },
  {
    // The command line talks to its user; a user's job is not ours to restrict.
    files: ['packages/cli/src/**', 'examples/**', '**/*.bench.ts', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['examples/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // A test may look into what it provoked, and stands on real processes at times.
    files: ['**/test/**', '**/*.test.ts', '**/*.bench.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
