/**
 * Whether map output is compressed where nobody says: between hosts a network is slower than a codec, on one host the disk's cache is
 * faster (docs/decisions/031). Decided once, when the job is submitted, since all tasks of a job must agree. Hadoop: never, unless told.
 */
import { mrKeys, parseNodeId, type Configuration, type NodeReport } from '@bobbin/common';
import { fastestCodec } from '@bobbin/mapreduce/runtime';

/** `conf` with compression switched on where `nodes` are on several hosts and it says nothing of it. */
export function withOutputCompression(
  conf: Configuration,
  nodes: readonly Pick<NodeReport, 'nodeId'>[],
): Configuration {
  const hosts = new Set(nodes.map(({ nodeId }) => parseNodeId(nodeId).host));
  if (hosts.size < 2 || conf.get(mrKeys.mapOutputCompress) !== undefined) return conf;
  const codec = conf.get(mrKeys.mapOutputCompressCodec) ?? fastestCodec;
  return conf.with(
    { [mrKeys.mapOutputCompress.name]: 'true', [mrKeys.mapOutputCompressCodec.name]: codec },
    `a cluster of ${hosts.size} hosts`,
  );
}
