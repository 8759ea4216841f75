/** `bobbin.job.code-cache.enable` as containers see it: by Node's own variable, which a launch context may also set by itself. */
import type { Configuration } from './configuration.js';
import { mrKeys } from './mapreduce-keys.js';

/** Variables of a container whose bundle is to begin with kept code, or not. */
export function codeCacheEnvironment(conf: Configuration): Readonly<Record<string, string>> {
  return conf.get(mrKeys.codeCacheEnable) ? {} : { NODE_DISABLE_COMPILE_CACHE: '1' };
}
