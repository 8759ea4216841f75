/** Generated from proto/MRClientProtocol.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */

export const MRClientProtocolService = {
  name: 'hadoop.mapreduce.MRClientProtocolService',
  methods: [
    'getJobReport',
    'getTaskReport',
    'getTaskAttemptReport',
    'getCounters',
    'getTaskAttemptCompletionEvents',
    'getTaskReports',
    'getDiagnostics',
    'getDelegationToken',
    'killJob',
    'killTask',
    'killTaskAttempt',
    'failTaskAttempt',
    'renewDelegationToken',
    'cancelDelegationToken',
  ],
} as const;
