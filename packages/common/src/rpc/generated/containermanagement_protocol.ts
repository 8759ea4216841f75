/** Generated from proto/containermanagement_protocol.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */

export const ContainerManagementProtocolService = {
  name: 'hadoop.yarn.ContainerManagementProtocolService',
  methods: [
    'startContainers',
    'stopContainers',
    'getContainerStatuses',
    'increaseContainersResource',
    'updateContainer',
    'signalToContainer',
    'localize',
    'reInitializeContainer',
    'restartContainer',
    'rollbackLastReInitialization',
    'commitLastReInitialization',
    'getLocalizationStatuses',
  ],
} as const;
