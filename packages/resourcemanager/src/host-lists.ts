/**
 * HostLists: which hosts may run a NodeManager. Hadoop: NodesListManager with HostsFileReader. Files of host names separated by white space, `#`
 * begins a comment; an empty include list allows all. Read when the ResourceManager starts.
 */
import { readFileSync } from 'node:fs';
import { ConfigurationError, messageOf } from '@bobbin/common';

export class HostLists {
  private readonly include: ReadonlySet<string>;
  private readonly exclude: ReadonlySet<string>;

  /** Paths; empty: no such list. Throws ConfigurationError for a file that cannot be read. */
  constructor(includePath: string, excludePath: string) {
    this.include = read(includePath, 'yarn.resourcemanager.nodes.include-path');
    this.exclude = read(excludePath, 'yarn.resourcemanager.nodes.exclude-path');
  }

  isAllowed(host: string): boolean {
    return (this.include.size === 0 || this.include.has(host)) && !this.exclude.has(host);
  }
}

function read(path: string, key: string): ReadonlySet<string> {
  if (path === '') return new Set();
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return new Set(lines.flatMap((line) => line.replace(/#.*/, '').split(/\s+/)).filter((host) => host !== ''));
  } catch (error) {
    throw new ConfigurationError([`${key}: ${path} cannot be read: ${messageOf(error)}`]);
  }
}
