/**
 * NonAggregatingLogHandler: logs stay on this node for a time and are then deleted. Hadoop:
 * nodemanager.containermanager.loghandler.NonAggregatingLogHandler. Handles the `loghandler` domain. An aggregating one answers the
 * same events later.
 */
import { join } from 'node:path';
import { assertNever } from '@bobbin/common';
import type { DeletionService } from '../../deletion-service.js';
import type { LocalDirsHandlerService } from '../../local-dirs-handler-service.js';
import type { NMContext } from '../../nm-context.js';
import type { LogHandlerEvent } from '../../nm-events.js';

export interface NonAggregatingLogHandlerDeps {
  readonly context: NMContext;
  readonly dirs: Pick<LocalDirsHandlerService, 'allLogDirs'>;
  readonly deletion: Pick<DeletionService, 'deleteLater'>;
  /** From the end of an application. */
  readonly retainMs: number;
}

export class NonAggregatingLogHandler {
  constructor(private readonly deps: NonAggregatingLogHandlerDeps) {}

  handle(event: LogHandlerEvent): void {
    const { context, dirs, deletion, retainMs } = this.deps;
    switch (event.type) {
      case 'APPLICATION_STARTED': {
        const { applicationId } = event;
        context.dispatcher.dispatch({ domain: 'application', type: 'APPLICATION_LOG_HANDLING_INITED', applicationId });
        return;
      }
      case 'CONTAINER_FINISHED':
        return;
      case 'APPLICATION_FINISHED': {
        const { applicationId } = event;
        deletion.deleteLater(
          dirs.allLogDirs.map((dir) => join(dir, applicationId)),
          retainMs,
        );
        context.dispatcher.dispatch({
          domain: 'application',
          type: 'APPLICATION_LOG_HANDLING_FINISHED',
          applicationId,
        });
        return;
      }
      default:
        assertNever(event, 'event of the log handler');
    }
  }
}
