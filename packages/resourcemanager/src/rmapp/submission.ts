/**
 * Checks and completes a submission. Hadoop: ClientRMService.submitApplication and RMAppManager.{submitApplication,validateAndCreate...}.
 * Pure. Throws before anything has been stored: the error goes back on the call.
 */
import {
  ANY,
  BadRequestError,
  FeatureNotEnabledError,
  InvalidResourceRequestError,
  type ApplicationSubmissionContext,
  type Resource,
} from '@bobbin/common';
import type { RMConf } from '../conf/rm-conf.js';
import { checkCapability, checkResourceRequest } from '../scheduler/resource-limits.js';

const TYPE_LENGTH = 20;

type Limits = Pick<RMConf, 'maxTags' | 'maxTagLength' | 'maxApplicationPriority'>;

/** Fills in YARN's defaults and throws for what cannot run here. */
export function checkSubmission(
  given: ApplicationSubmissionContext,
  limits: Limits,
  maximum: Resource,
): ApplicationSubmissionContext {
  const context = {
    ...given,
    applicationName: given.applicationName || 'N/A',
    queue: given.queue || 'default',
    applicationType: (given.applicationType || 'YARN').slice(0, TYPE_LENGTH),
    priority: Math.max(0, Math.min(given.priority, limits.maxApplicationPriority)),
  };
  if (context.unmanagedAM) throw new FeatureNotEnabledError('an unmanaged AM (unmanaged_am)');
  if (context.maxAppAttempts < 0) {
    throw new BadRequestError(`maxAppAttempts is ${context.maxAppAttempts}; 0 means the cluster's default`);
  }
  checkTags(context.applicationTags, limits);
  checkAMResource(context, maximum);
  if (context.amContainerSpec.commands.length === 0) {
    throw new BadRequestError(`application ${context.applicationId} names no command for its AppMaster`);
  }
  return context;
}

/** What was submitted, or the cluster's default; never above the cluster's maximum. */
export function maxAttemptsOf(
  context: ApplicationSubmissionContext,
  conf: Pick<RMConf, 'amMaxAttempts' | 'amGlobalMaxAttempts'>,
): number {
  return Math.min(context.maxAppAttempts > 0 ? context.maxAppAttempts : conf.amMaxAttempts, conf.amGlobalMaxAttempts);
}

function checkTags(tags: readonly string[], limits: Limits): void {
  if (tags.length > limits.maxTags) {
    throw new BadRequestError(
      `Too many applicationTags, a maximum of only ${limits.maxTags} are allowed, got ${tags.length}`,
    );
  }
  for (const tag of tags) {
    if (tag.length > limits.maxTagLength) {
      throw new BadRequestError(`Tag '${tag}' is too long, maximum allowed length of a tag is ${limits.maxTagLength}`);
    }
    if (!/^[\x20-\x7e]*$/.test(tag))
      throw new BadRequestError(`A tag can only have ASCII characters! Invalid tag - '${tag}'`);
  }
}

function checkAMResource(context: ApplicationSubmissionContext, maximum: Resource): void {
  const asks = context.amContainerResourceRequests;
  if (asks.length === 0) return checkCapability(context.resource, maximum);
  const anywhere = asks.filter((ask) => ask.resourceName === ANY);
  if (anywhere.length !== 1) {
    throw new InvalidResourceRequestError(
      `Invalid resource request, exactly one resource request for '*' is needed for an AppMaster, got ${anywhere.length}`,
    );
  }
  for (const ask of asks) checkResourceRequest(ask, maximum);
}
