/**
 * LocalizedResource: one file or archive this node fetches once and lends to its containers.
 * Hadoop: nodemanager/containermanager/localizer/LocalizedResource.java. Carried out by ResourceLocalizationService.
 *
 * | state       | REQUEST     | RECOVERED | LOCALIZED | LOCALIZATION_FAILED | RELEASE |
 * | ----------- | ----------- | --------- | --------- | ------------------- | ------- |
 * | INIT        | DOWNLOADING | LOCALIZED | !         | !                   | !       |
 * | DOWNLOADING | =           | !         | LOCALIZED | FAILED              | =       |
 * | LOCALIZED   | =           | !         | !         | !                   | =       |
 * | FAILED      | .           | !         | !         | !                   | .       |
 *
 * `=` stays and acts, `.` late but harmless, `!` impossible (INVALID_EVENT). A failed one is dropped by its tracker: the next
 * request makes a new one.
 */
import { assign, emit, setup } from 'xstate';
import type { ContainerId } from '@bobbin/common';

export type LocalizedResourceEvent =
  | { readonly type: 'REQUEST' | 'RELEASE'; readonly container: ContainerId }
  | { readonly type: 'LOCALIZED' | 'RECOVERED'; readonly path: string; readonly sizeBytes: number }
  | { readonly type: 'LOCALIZATION_FAILED'; readonly diagnostics: string };

export type LocalizedResourceEffect =
  | { readonly type: 'FETCH' }
  | {
      readonly type: 'TELL_LOCALIZED';
      readonly containers: readonly ContainerId[];
      readonly path: string;
      /** Whether the bytes were here already. */
      readonly cached: boolean;
    }
  | { readonly type: 'TELL_FAILED'; readonly containers: readonly ContainerId[]; readonly diagnostics: string }
  | { readonly type: 'INVALID_EVENT'; readonly event: LocalizedResourceEvent['type'] };

interface Context {
  /** A container stands here once for each request it has not released. */
  readonly users: readonly ContainerId[];
  readonly path: string;
  readonly sizeBytes: number;
}

const without = (users: readonly ContainerId[], container: ContainerId): readonly ContainerId[] => {
  const at = users.indexOf(container);
  return at < 0 ? users : [...users.slice(0, at), ...users.slice(at + 1)];
};

const { createMachine } = setup({
  types: { context: {} as Context, events: {} as LocalizedResourceEvent, emitted: {} as LocalizedResourceEffect },
  actions: {
    addUser: assign({ users: ({ context }, p: { container: ContainerId }) => [...context.users, p.container] }),
    dropUser: assign({ users: ({ context }, p: { container: ContainerId }) => without(context.users, p.container) }),
    keepPath: assign((_, p: { path: string; sizeBytes: number }) => ({ path: p.path, sizeBytes: p.sizeBytes })),
    fetch: emit({ type: 'FETCH' }),
    tellAll: emit(({ context }) => {
      const { users: containers, path } = context;
      return { type: 'TELL_LOCALIZED', containers, path, cached: false } as const;
    }),
    tellOne: emit(({ context }, p: { container: ContainerId }) => {
      return { type: 'TELL_LOCALIZED', containers: [p.container], path: context.path, cached: true } as const;
    }),
    tellFailed: emit(({ context }, p: { diagnostics: string }) => {
      return { type: 'TELL_FAILED', containers: context.users, diagnostics: p.diagnostics } as const;
    }),
    reportInvalid: emit(({ event }) => ({ type: 'INVALID_EVENT', event: event.type }) as const),
  },
});

export const localizedResourceMachine = createMachine({
  id: 'localizedResource',
  context: { users: [], path: '', sizeBytes: 0 },
  on: { '*': { actions: 'reportInvalid' } },
  initial: 'INIT',
  states: {
    INIT: {
      on: {
        REQUEST: { target: 'DOWNLOADING', actions: [{ type: 'addUser', params: ({ event }) => event }, 'fetch'] },
        RECOVERED: { target: 'LOCALIZED', actions: { type: 'keepPath', params: ({ event }) => event } },
      },
    },
    DOWNLOADING: {
      on: {
        LOCALIZED: { target: 'LOCALIZED', actions: [{ type: 'keepPath', params: ({ event }) => event }, 'tellAll'] },
        LOCALIZATION_FAILED: { target: 'FAILED', actions: { type: 'tellFailed', params: ({ event }) => event } },
        REQUEST: { actions: { type: 'addUser', params: ({ event }) => event } },
        RELEASE: { actions: { type: 'dropUser', params: ({ event }) => event } },
      },
    },
    LOCALIZED: {
      on: {
        REQUEST: {
          actions: [
            { type: 'addUser', params: ({ event }) => event },
            { type: 'tellOne', params: ({ event }) => event },
          ],
        },
        RELEASE: { actions: { type: 'dropUser', params: ({ event }) => event } },
      },
    },
    FAILED: { on: { REQUEST: {}, RELEASE: {} } },
  },
});
