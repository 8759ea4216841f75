/**
 * ContainerRequest: one container that an AppMaster wants. Hadoop: AMRMClient.ContainerRequest. `shapeOf` checks it and fills in what it leaves
 * open; requests of the same shape share the rows of one ask. Pure.
 */
import { ANY, DEFAULT_RACK, fitsIn, formatResource, type ExecutionType, type Resource } from '@bobbin/common';
import { InvalidContainerRequestError } from '../errors.js';
import type { AskRow } from './remote-requests-table.js';

/** May carry more fields: the very object comes back with the container that was given for it. */
export interface ContainerRequest {
  /** MiB and whole cores; the RM rounds it up to multiples of its minimum. */
  readonly capability: Resource;
  /** Lower is served first. @default 0 */
  readonly priority?: number;
  /** Host names where it would be welcome. @default anywhere */
  readonly nodes?: readonly string[];
  /** Rack names, beside those of `nodes`. */
  readonly racks?: readonly string[];
  /** False: on these nodes or racks and nowhere else. @default true */
  readonly relaxLocality?: boolean;
  /** Only without `nodes` and `racks`. */
  readonly nodeLabelExpression?: string;
  /** @default 'GUARANTEED' */
  readonly executionType?: ExecutionType;
  /**
   * A number of yours, from 0 up, that comes back in `Container.allocationRequestId`, even to the application's next attempt. All requests of one id
   * must be alike. By default AMRMClient gives each shape of requests a number of its own.
   */
  readonly allocationRequestId?: number;
}

/** What tells requests apart, and the rows of the ask they share; the row of `*` is the last. */
export interface RequestShape {
  readonly priority: number;
  readonly capability: Resource;
  readonly executionType: ExecutionType;
  readonly hosts: readonly string[];
  /** The racks of the hosts included. */
  readonly racks: readonly string[];
  readonly relaxLocality: boolean;
  readonly nodeLabelExpression?: string;
  readonly allocationRequestId?: number;
  /** The racks that were asked for by name: these may be used as a whole. */
  readonly ownRacks: readonly string[];
}

/** Checks a request; `maximum` is the largest container there is, where it is known. Throws InvalidContainerRequestError. */
export function shapeOf(
  request: ContainerRequest,
  maximum: Resource | undefined,
  rackOf: (host: string) => string | undefined,
): RequestShape {
  const { capability, priority = 0, nodes = [], racks: ownRacks = [], relaxLocality = true } = request;
  const { executionType = 'GUARANTEED', nodeLabelExpression, allocationRequestId } = request;
  checkSize(capability, maximum);
  if (!Number.isInteger(priority)) throw new InvalidContainerRequestError(`priority ${priority} is not a whole number`);
  const placed = nodes.length + ownRacks.length > 0;
  if (!relaxLocality && !placed) {
    throw new InvalidContainerRequestError(
      'relaxLocality: false needs nodes or racks to keep to; name some, or leave it out',
    );
  }
  if (nodeLabelExpression !== undefined && placed) {
    throw new InvalidContainerRequestError(
      `a request with nodeLabelExpression '${nodeLabelExpression}' names no nodes and no racks; leave out either`,
    );
  }
  if (allocationRequestId !== undefined && (!Number.isSafeInteger(allocationRequestId) || allocationRequestId < 0)) {
    throw new InvalidContainerRequestError(
      `allocationRequestId ${allocationRequestId} is not a whole number from 0 up`,
    );
  }
  if ([...nodes, ...ownRacks].includes(ANY)) {
    throw new InvalidContainerRequestError("'*' is no node and no rack; a request that names none is served anywhere");
  }
  return {
    priority,
    capability,
    executionType,
    hosts: [...new Set(nodes)],
    racks: [...new Set([...ownRacks, ...nodes.map((host) => rackOf(host) ?? DEFAULT_RACK)])],
    ownRacks,
    relaxLocality,
    ...(nodeLabelExpression !== undefined && { nodeLabelExpression }),
    ...(allocationRequestId !== undefined && { allocationRequestId }),
  };
}

/** The same text for requests of the same shape. */
export function shapeKey(shape: RequestShape): string {
  const { priority, capability, executionType, hosts, racks, relaxLocality } = shape;
  return JSON.stringify([
    shape.allocationRequestId ?? null,
    priority,
    capability.memoryMb,
    capability.vcores,
    executionType,
    relaxLocality,
    shape.nodeLabelExpression ?? null,
    [...hosts].sort(),
    [...racks].sort(),
  ]);
}

/** The rows by which a shape is asked for, hosts first, the one for `*` last. */
export function rowsOf(shape: RequestShape, allocationRequestId: number): readonly AskRow[] {
  const { priority, capability, executionType, relaxLocality, ownRacks } = shape;
  const base = { priority, capability, executionType, allocationRequestId };
  const label = shape.nodeLabelExpression === undefined ? {} : { nodeLabelExpression: shape.nodeLabelExpression };
  return [
    ...shape.hosts.map((resourceName) => ({ ...base, resourceName, relaxLocality: true })),
    ...shape.racks.map((resourceName) => ({
      ...base,
      resourceName,
      relaxLocality: relaxLocality || ownRacks.includes(resourceName),
    })),
    { ...base, resourceName: ANY, relaxLocality, ...label },
  ];
}

function checkSize(capability: Resource, maximum: Resource | undefined): void {
  const { memoryMb, vcores } = capability;
  if (!Number.isInteger(memoryMb) || !Number.isInteger(vcores) || memoryMb < 0 || vcores < 0) {
    throw new InvalidContainerRequestError(
      `${formatResource(capability)} is no size for a container: memory in MiB and cores are whole numbers from 0 up`,
    );
  }
  if (maximum && !fitsIn(capability, maximum)) {
    throw new InvalidContainerRequestError(
      `${formatResource(capability)} is more than the largest container of this cluster, ${formatResource(maximum)}: ask for ` +
        `less, or raise yarn.scheduler.maximum-allocation-mb or -vcores`,
    );
  }
}
