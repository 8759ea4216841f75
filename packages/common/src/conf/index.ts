/** Configuration: typed keys, their tables, and how values are loaded. */
export { codeCacheEnvironment } from './code-cache.js';
export { formatAddress, type Address } from './codec.js';
export { Configuration, type Setting } from './configuration.js';
export { loadConfiguration, CONFIGURATION_FILES, type ConfigurationSources } from './load.js';
export { describeConfiguration } from './describe.js';
export type { ConfKey, ValueOf } from './key.js';
export { nearest } from './nearest.js';
export { userName } from './expand.js';
export { bobbinKeys, commonKeys } from './bobbin-keys.js';
export { mrKeys } from './mapreduce-keys.js';
export { jobHistoryKeys, mrAmKeys, mrClientKeys } from './mrappmaster-keys.js';
export { nmKeys } from './nm-keys.js';
export { rmKeys } from './rm-keys.js';
export {
  decideUber,
  taskResource,
  uberConf,
  UBER_VARIABLE,
  type UberConf,
  type UberDecision,
  type UberFacts,
} from './uber-decision.js';
