/** Generated from proto/ResourceTracker.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */

export const ResourceTrackerService = {
  name: 'hadoop.yarn.ResourceTrackerService',
  methods: ['registerNodeManager', 'nodeHeartbeat', 'unRegisterNodeManager'],
} as const;
