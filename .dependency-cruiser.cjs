/**
 * Who may import whom (DESIGN 2): cli > client, mapreduce > common; mrappmaster > mapreduce, client > common; minicluster > the daemons, client; the daemons
 * import common and meet each other over gRPC only. Inside a package: machines are pure, generated messages stay in rpc/,
 * SQLite stays in the stores, processes are started by executors and launchers.
 */
const inSrc = (packages) => `^packages/(${packages})/src/`;
const of = (packages) => `^packages/(${packages})/`;

/** A package and every sibling that it must not import. */
const arrow = (from, mayNot, comment) => ({
  name: `${from}-arrows`,
  severity: 'error',
  comment,
  from: { path: inSrc(from) },
  to: { path: of(mayNot) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'none that exists when the code runs; types may refer to each other',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'every import is a file here or a dependency of the package that imports it',
      from: { pathNot: '/(fixtures|data)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    arrow(
      'common',
      'client|mapreduce|resourcemanager|nodemanager|mrappmaster|minicluster|cli',
      'common imports no sibling',
    ),
    arrow('client', 'mapreduce|resourcemanager|nodemanager|mrappmaster|minicluster|cli', 'client knows common only'),
    arrow('mapreduce', 'client|resourcemanager|nodemanager|mrappmaster|minicluster|cli', 'mapreduce knows common only'),
    arrow('resourcemanager', 'client|mapreduce|nodemanager|mrappmaster|minicluster|cli', 'daemons meet over gRPC'),
    arrow('nodemanager', 'client|mapreduce|resourcemanager|mrappmaster|minicluster|cli', 'daemons meet over gRPC'),
    arrow('mrappmaster', 'resourcemanager|nodemanager|minicluster|cli', 'daemons meet over gRPC'),
    arrow('minicluster', 'mapreduce|mrappmaster|cli', 'a cluster for tests knows no job (docs/decisions/060)'),
    arrow('cli', 'minicluster', 'a cluster for tests is for tests'),
    {
      name: 'cli-starts-daemons-only',
      severity: 'error',
      comment:
        'the CLI runs the daemons in the foreground by a dynamic import in one file; the AM runs in a container, and its ' +
        'machines replay histories by a dynamic import in another (docs/decisions/023)',
      from: {
        path: '^packages/cli/src/',
        pathNot: ['^packages/cli/src/daemon/', '^packages/cli/src/history/replay\\.ts$'],
      },
      to: { path: of('resourcemanager|nodemanager|mrappmaster') },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'another package is imported by its public names: `.`, `./testing`, `./runtime`',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: ['^packages/$1/', '^packages/[^/]+/(src|dist)/((testing|runtime)/)?index\\.(ts|js|d\\.ts)$'],
      },
    },
    {
      name: 'examples-and-tests-use-public-names',
      severity: 'error',
      from: { path: '^(examples|test)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: '^packages/[^/]+/(src|dist)/((testing|runtime)/)?index\\.(ts|js|d\\.ts)$',
      },
    },
    {
      name: 'machines-are-pure',
      severity: 'error',
      comment: 'a machine imports xstate, records and its own types; no node, clock, log, store, metrics or transport',
      from: { path: '^packages/[^/]+/src/.*-machine\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm'],
        dependencyTypesNot: ['type-only'],
        pathNot: '/xstate/',
      },
    },
    {
      name: 'generated-stays-in-rpc',
      severity: 'error',
      comment: 'services know records; only rpc/ (and the token identifiers of security/) know messages',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/[^/]+/src/(rpc|security)/' },
      to: { path: '/rpc/generated/' },
    },
    {
      name: 'sqlite-stays-in-stores',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: ['^packages/common/(src|test)/store/', '^packages/[^/]+/(src|test)/recovery/'],
      },
      to: { path: 'better-sqlite3' },
    },
    {
      name: 'processes-start-in-executors',
      severity: 'error',
      comment: 'child_process only where starting a process is the job',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/nodemanager/src/container-starter\\.ts$',
          '^packages/nodemanager/src/containermanager/launcher/',
          '^packages/nodemanager/src/containermanager/localizer/',
          '^packages/mrappmaster/src/launcher/',
          '^packages/cli/src/cluster/',
        ],
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'http-stays-in-web-and-shuffle',
      severity: 'error',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/common/src/web/',
          '/webapp/',
          '/auxservices/',
          '/shuffle/',
          '^packages/mapreduce/src/runtime/',
          '^packages/(cli|client)/src/',
        ],
      },
      to: { path: '^(node:)?https?$' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/[^/]+/src/testing/' },
      to: { path: '/testing/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.test.json' },
    tsPreCompilationDeps: 'specify',
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
    doNotFollow: { path: ['node_modules', 'dist/'] },
    exclude: { path: ['/dist/', '\\.jest-cache'] },
  },
};
