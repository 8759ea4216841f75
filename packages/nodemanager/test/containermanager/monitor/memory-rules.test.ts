/** The memory rules, and the monitor's looks at a made-up process table. */
import type { ContainerId } from '@bobbin/common';
import { ContainerExitStatus } from '@bobbin/common';
import { ControlledClock, recordingLogger, recordingSink } from '@bobbin/common/testing';
import type { Container } from '../../../src/containermanager/container/container.js';
import { ContainersMonitor } from '../../../src/containermanager/monitor/containers-monitor.js';
import { isOverLimit } from '../../../src/containermanager/monitor/memory-rules.js';
import { parseStat, residentBytes, treeOf, type ProcessStat } from '../../../src/containermanager/monitor/proc.js';
import type { NMEvent } from '../../../src/nm-events.js';
import { MemoryNMStateStore } from '../../../src/recovery/memory-nm-state-store.js';

const MIB = 1 << 20;
const ID = 'container_1700000000000_0001_01_000001' as ContainerId;

function stat(pid: number, more: Partial<ProcessStat> = {}): ProcessStat {
  return {
    pid,
    command: 'node',
    state: 'R',
    parentPid: 1,
    groupId: 10,
    sessionId: 10,
    userTicks: 0,
    systemTicks: 0,
    startTicks: pid,
    virtualBytes: 0,
    ...more,
  };
}

describe('isOverLimit', () => {
  test.each([
    [100, 100, false],
    [101, 101, true],
    [200, 0, false],
    [201, 0, true],
    [150, 100, false],
    [150, 101, true],
  ])('%d bytes, of which %d aged, against 100: %s', (bytes, agedBytes, over) => {
    expect(isOverLimit({ bytes, agedBytes }, 100)).toBe(over);
  });
});

describe('ContainersMonitor', () => {
  function stand(more: { pmemCheckEnabled?: boolean; vmemCheckEnabled?: boolean } = {}) {
    const clock = new ControlledClock();
    const dispatcher = recordingSink<NMEvent>();
    const memory = new Map<number, number>();
    let processes: ProcessStat[] = [];
    const container = { process: { pid: 10, startTicks: 10 } } as Container;
    const monitor = new ContainersMonitor({
      context: {
        clock,
        dispatcher,
        log: recordingLogger(),
        store: new MemoryNMStateStore(),
        applications: new Map(),
        containers: new Map([[ID, container]]),
        identity: () => {
          throw new Error('nobody asks');
        },
      },
      intervalMs: 3000,
      pmemCheckEnabled: true,
      vmemCheckEnabled: false,
      vmemPmemRatio: 2.1,
      source: {
        processes: () => processes,
        residentBytes: (pid) => memory.get(pid) ?? 0,
        commandLine: (pid) => `cmd ${pid}`,
        machine: () => ({ usedBytes: 0, cores: 2, totalMs: 0, busyMs: 0 }),
      },
      ...more,
    });
    monitor.start();
    const resource = { memoryMb: 100, vcores: 1 };
    monitor.handle({ type: 'START_MONITORING_CONTAINER', containerId: ID, resource });
    return {
      monitor,
      clock,
      dispatcher,
      /** One look at these processes: pid, MiB, and what differs from a plain one. */
      look(...rows: [pid: number, mib: number, more?: Partial<ProcessStat>][]) {
        processes = rows.map(([pid, , changes]) => stat(pid, changes));
        for (const [pid, mib] of rows) memory.set(pid, mib * MIB);
        clock.advance(3000);
        return dispatcher.take();
      },
    };
  }

  test('a container within its limit lives', () => {
    const { look } = stand();
    expect([look([10, 100]), look([10, 100])].flat()).toEqual([]);
  });

  test('a spike of new processes is tolerated for one look, and not for two', () => {
    const { look } = stand();
    expect(look([10, 90])).toEqual([]);
    expect(look([10, 90], [11, 90])).toEqual([]);
    expect(look([10, 90], [11, 90])).toMatchObject([{ type: 'KILL_CONTAINER', exitStatus: -104 }]);
  });

  test('twice the limit is too much at once', () => {
    const { look } = stand();
    expect(look([10, 201])).toMatchObject([
      {
        domain: 'container',
        containerId: ID,
        exitStatus: ContainerExitStatus.KILLED_EXCEEDED_PMEM,
        diagnostics: expect.stringContaining(
          "is running 105906176B beyond the 'PHYSICAL' memory limit. Current usage: 201 MB of 100 MB physical memory used",
        ) as string,
      },
    ]);
  });

  test('children outside the group count, and so does a group without its leader', () => {
    expect(stand().look([10, 50], [20, 160, { parentPid: 10, groupId: 20 }])).toHaveLength(1);
    expect(stand().look([11, 201, { parentPid: 1, groupId: 10 }])).toHaveLength(1);
    expect(stand().look([10, 50], [30, 900, { groupId: 30 }])).toHaveLength(0);
  });

  test('a process that took a pid anew is not aged', () => {
    const { look } = stand();
    look([10, 10], [11, 140]);
    expect(look([10, 10], [11, 140, { startTicks: 99 }])).toEqual([]);
  });

  test('virtual memory counts only where it is switched on, with its own status', () => {
    const huge = { virtualBytes: 500 * MIB };
    expect(stand().look([10, 1, huge])).toEqual([]);
    expect(stand({ vmemCheckEnabled: true }).look([10, 1, huge])).toMatchObject([
      {
        exitStatus: ContainerExitStatus.KILLED_EXCEEDED_VMEM,
        diagnostics: expect.stringContaining('vmem-pmem-ratio') as string,
      },
    ]);
  });

  test('with the check off nobody is killed', () => {
    expect(stand({ pmemCheckEnabled: false }).look([10, 900])).toEqual([]);
  });

  test('tells what containers use: memory now, cores since the last look', () => {
    const { look, monitor } = stand();
    look([10, 40, { userTicks: 100, virtualBytes: 80 * MIB }]);
    look([10, 40, { userTicks: 400, systemTicks: 300, virtualBytes: 80 * MIB }]);
    expect(monitor.containersUtilization()).toEqual({ physicalMb: 40, virtualMb: 80, cpu: 2 });
    monitor.handle({ type: 'STOP_MONITORING_CONTAINER', containerId: ID });
    expect(monitor.containersUtilization()).toEqual({ physicalMb: 0, virtualMb: 0, cpu: 0 });
  });
});

describe('/proc', () => {
  test('a command may hold blanks and brackets', () => {
    const fields = [
      'S',
      '7',
      '8',
      '9',
      ...Array.from({ length: 7 }, () => '0'),
      '11',
      '12',
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '5',
      '6',
    ];
    expect(parseStat(`42 (a) b (c)) ${fields.join(' ')}`)).toEqual({
      pid: 42,
      command: 'a) b (c)',
      state: 'S',
      parentPid: 7,
      groupId: 8,
      sessionId: 9,
      userTicks: 11,
      systemTicks: 12,
      startTicks: 5,
      virtualBytes: 6,
    });
    expect(parseStat('nonsense')).toBeUndefined();
  });

  test('the page cache does not count', () => {
    const status = 'VmRSS:\t 300 kB\nRssAnon:\t  100 kB\nRssFile:\t  150 kB\nRssShmem:\t  50 kB\n';
    expect(residentBytes(1, () => status)).toBe(150 * 1024);
    expect(residentBytes(1, () => undefined)).toBe(0);
  });

  test('a tree is the group and all that descends from it', () => {
    const all = [
      stat(10),
      stat(11),
      stat(12, { groupId: 12, parentPid: 11 }),
      stat(13, { groupId: 12, parentPid: 12 }),
    ];
    expect(treeOf(10, [...all, stat(14, { groupId: 99 })]).map((p) => p.pid)).toEqual([10, 11, 12, 13]);
    expect(treeOf(77, all)).toEqual([]);
  });
});
