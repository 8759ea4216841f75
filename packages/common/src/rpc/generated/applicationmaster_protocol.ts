/** Generated from proto/applicationmaster_protocol.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */

export const ApplicationMasterProtocolService = {
  name: 'hadoop.yarn.ApplicationMasterProtocolService',
  methods: ['registerApplicationMaster', 'finishApplicationMaster', 'allocate'],
} as const;
