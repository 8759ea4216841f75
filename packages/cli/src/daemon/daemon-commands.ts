/**
 * `bobbin resourcemanager` and `bobbin nodemanager`: a daemon in the foreground. Hadoop: `yarn resourcemanager`, `yarn nodemanager`. The
 * only place where the command imports a daemon, and only when one is to run.
 */
import type { Command } from 'commander';
import { loadConfiguration } from '@bobbin/common';
import type { CommandIO } from '../output/io.js';

interface DaemonOptions {
  readonly config?: readonly string[];
  readonly define: readonly string[];
}

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export function registerDaemonCommands(program: Command, io: CommandIO): void {
  const daemon = (name: string, description: string): Command =>
    program
      .command(name)
      .description(`${description}, until it is told to end (Ctrl-C, TERM)`)
      .option('--config <dir>', 'folder of configuration files; may be given again', collect, [])
      .option('-D, --define <key=value>', 'a configuration value', collect, []);
  const configuration = ({ config, define }: DaemonOptions) =>
    loadConfiguration({
      directories: config ?? [],
      defines: define,
      environment: io.environment,
      onWarning: (warning) => io.warn(warning),
    });

  daemon('resourcemanager', 'run a ResourceManager').action(async (options: DaemonOptions) => {
    const conf = await configuration(options);
    const { runResourceManager } = await import('@bobbin/resourcemanager');
    await runResourceManager(conf);
  });

  daemon('nodemanager', 'run a NodeManager').action(async (options: DaemonOptions) => {
    const conf = await configuration(options);
    const { runNodeManager } = await import('@bobbin/nodemanager');
    await runNodeManager(conf);
  });
}
