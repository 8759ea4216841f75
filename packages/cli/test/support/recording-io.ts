/** What a command prints, kept; its environment; a Ctrl-C that a test presses. */
import type { Clock } from '@bobbin/common';
import { ControlledClock } from '@bobbin/common/testing';
import type { CommandIO } from '../../src/output/io.js';

export interface RecordingIO extends CommandIO {
  readonly printed: string[];
  readonly warned: string[];
  interrupt(): void;
}

export function recordingIO(
  environment: Readonly<Record<string, string>> = {},
  clock: Clock = new ControlledClock(),
): RecordingIO {
  const printed: string[] = [];
  const warned: string[] = [];
  const listeners = new Set<() => void>();
  return {
    environment,
    clock,
    printed,
    warned,
    print: (line) => void printed.push(line),
    warn: (line) => void warned.push(line),
    bundle: () => __filename,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    interrupt: () => listeners.forEach((listener) => listener()),
  };
}
