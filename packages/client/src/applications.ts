/**
 * What clients do with an application at the RM: wait for a change of its state, end it. Hadoop: YarnClientImpl. Calls are held
 * by an RM that can (`waitMs`); one that cannot is asked again after `yarn.client.application-client-protocol.poll-interval-ms`.
 */
import {
  bobbinKeys,
  delay,
  mrClientKeys,
  type ApplicationClientProtocol,
  type ApplicationId,
  type ApplicationReport,
  type Clock,
  type Configuration,
  type YarnApplicationState,
} from '@bobbin/common';

export interface WaitDeps {
  readonly rm: Pick<ApplicationClientProtocol, 'getApplicationReport' | 'forceKillApplication'>;
  readonly conf: Configuration;
  readonly clock: Clock;
}

/** Whether an application in this state is over. */
export function isTerminal(state: YarnApplicationState): boolean {
  return state === 'FINISHED' || state === 'FAILED' || state === 'KILLED';
}

/** Resolves with the first report whose state is not `knownState`, or that is terminal. */
export async function awaitStateChange(
  { rm, conf, clock }: WaitDeps,
  applicationId: ApplicationId,
  knownState: YarnApplicationState | undefined,
): Promise<ApplicationReport> {
  for (;;) {
    const askedAtMs = clock.monotonic();
    const waitMs = conf.get(bobbinKeys.heldCallMs);
    const { applicationReport } = await rm.getApplicationReport({
      applicationId,
      ...(knownState === undefined ? {} : { waitMs, knownState }),
    });
    if (applicationReport.state !== knownState || isTerminal(applicationReport.state)) return applicationReport;
    // Answered early with nothing new: an RM that does not hold calls.
    if (clock.monotonic() - askedAtMs < waitMs) await delay(clock, conf.get(mrClientKeys.applicationPollIntervalMs));
  }
}

/** Asks the RM to kill, until the kill is complete. Harmless where the application is over. */
export async function killApplication(
  { rm, conf, clock }: WaitDeps,
  applicationId: ApplicationId,
  diagnostics: string,
): Promise<void> {
  for (;;) {
    const askedAtMs = clock.monotonic();
    const waitMs = conf.get(bobbinKeys.heldCallMs);
    const { isKillCompleted } = await rm.forceKillApplication({ applicationId, diagnostics, waitMs });
    if (isKillCompleted) return;
    if (clock.monotonic() - askedAtMs < waitMs) await delay(clock, conf.get(mrClientKeys.applicationPollIntervalMs));
  }
}
