/**
 * How asks are checked and rounded. Hadoop: scheduler/SchedulerUtils.java (validateResourceRequest, normalizeRequest). Pure.
 */
import {
  fitsIn,
  formatResource,
  BadRequestError,
  InvalidResourceBlacklistRequestError,
  InvalidResourceRequestError,
  ANY,
  type Resource,
  type ResourceRequest,
} from '@bobbin/common';

/** Up to the minimum and to whole multiples of it, down to the maximum. */
export function normaliseResource(resource: Resource, minimum: Resource, maximum: Resource): Resource {
  return {
    memoryMb: roundUp(resource.memoryMb, minimum.memoryMb, maximum.memoryMb),
    vcores: roundUp(resource.vcores, minimum.vcores, maximum.vcores),
  };
}

function roundUp(value: number, step: number, maximum: number): number {
  return Math.min(Math.max(Math.ceil(value / step), 1) * step, maximum);
}

/** Throws InvalidResourceRequestError for a size that is below zero or above `maximum`, BadRequestError for what no ask can be. */
export function checkResourceRequest(request: ResourceRequest, maximum: Resource): void {
  const { capability, resourceName, numContainers } = request;
  if (resourceName === '') throw new BadRequestError("a resource request names no place; '*' means any node");
  if (!Number.isInteger(numContainers) || numContainers < 0) {
    throw new BadRequestError(`a resource request for '${resourceName}' asks for ${numContainers} containers`);
  }
  if (request.executionType !== 'GUARANTEED') {
    throw new InvalidResourceRequestError('OPPORTUNISTIC containers are not supported; ask for GUARANTEED ones');
  }
  if (request.nodeLabelExpression !== undefined && request.nodeLabelExpression !== '') {
    throw new InvalidResourceRequestError(
      `Invalid resource request, node label '${request.nodeLabelExpression}': node labels are not enabled`,
    );
  }
  checkCapability(capability, maximum);
}

/** Throws InvalidResourceRequestError for a size that is below zero, not whole, or above `maximum`. */
export function checkCapability(capability: Resource, maximum: Resource): void {
  const { memoryMb, vcores } = capability;
  if (!Number.isInteger(memoryMb) || !Number.isInteger(vcores) || memoryMb < 0 || vcores < 0) {
    throw new InvalidResourceRequestError(
      `Invalid resource request! Requested resource=${formatResource(capability)} is not a size: memory and cores are whole numbers from 0 up`,
    );
  }
  if (!fitsIn(capability, maximum)) {
    const type = memoryMb > maximum.memoryMb ? 'memory-mb' : 'vcores';
    throw new InvalidResourceRequestError(
      `Invalid resource request! Cannot allocate containers as requested resource is greater than maximum allowed allocation. ` +
        `Requested resource type=[${type}], Requested resource=${formatResource(capability)}, ` +
        `maximum allowed allocation=${formatResource(maximum)}: the smaller of yarn.scheduler.maximum-allocation-${type === 'vcores' ? 'vcores' : 'mb'} and the largest node`,
    );
  }
}

/** Throws InvalidResourceBlacklistRequestError where a whole cluster is to be avoided. */
export function checkBlacklist(additions: readonly string[]): void {
  if (additions.includes(ANY)) {
    throw new InvalidResourceBlacklistRequestError("Cannot add '*' to the blacklist: it would exclude every node");
  }
}
