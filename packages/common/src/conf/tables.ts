/** All tables of keys as one: what a configuration is checked against, and what docs/configuration.md lists. */
import { bobbinKeys, commonKeys } from './bobbin-keys.js';
import type { ConfKey } from './key.js';
import { mrKeys } from './mapreduce-keys.js';
import { jobHistoryKeys, mrAmKeys, mrClientKeys } from './mrappmaster-keys.js';
import { nmKeys } from './nm-keys.js';
import { rmKeys } from './rm-keys.js';

/** The tables in the order the documentation shows them, under the heading it gives them. */
export const keyTables: readonly {
  readonly title: string;
  readonly keys: Readonly<Record<string, ConfKey<unknown>>>;
}[] = [
  { title: 'Everywhere', keys: { ...commonKeys, ...bobbinKeys } },
  { title: 'ResourceManager', keys: rmKeys },
  { title: 'NodeManager', keys: nmKeys },
  { title: 'MapReduce jobs', keys: mrKeys },
  { title: 'MapReduce AppMaster', keys: mrAmKeys },
  { title: 'Clients', keys: mrClientKeys },
  { title: 'Job history', keys: jobHistoryKeys },
];

/** Every key by its name. */
export const keysByName: ReadonlyMap<string, ConfKey<unknown>> = new Map(
  keyTables.flatMap(({ keys }) => Object.values(keys).map((key) => [key.name, key] as const)),
);
