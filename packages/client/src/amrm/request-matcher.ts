/**
 * RequestMatcher: which of an AppMaster's requests a container was given for. Hadoop: AMRMClientImpl.getMatchingRequests and
 * removeContainerRequest, which Hadoop leaves to the AppMaster; here a container and its request leave the books together. Requests of one shape are
 * served in the order they came. Pure.
 */
import { fitsIn, parseNodeId, type Container } from '@bobbin/common';
import { InvalidContainerRequestError } from '../errors.js';
import { rowsOf, shapeKey, type ContainerRequest, type RequestShape } from './container-request.js';
import type { AskRow } from './remote-requests-table.js';

/** Requests of one shape, and the rows that ask for them. */
export interface RequestGroup<T> {
  readonly shape: RequestShape;
  readonly rows: readonly AskRow[];
  readonly allocationRequestId: number;
  readonly waiting: T[];
}

/** Ids of ours begin here, so that an application's own small numbers are never taken. */
const FIRST_OWN_ID = 1_000_000_000;

export class RequestMatcher<T extends ContainerRequest> {
  private readonly byShape = new Map<string, RequestGroup<T>>();
  private readonly byId = new Map<number, RequestGroup<T>>();
  private nextId = FIRST_OWN_ID;

  /** Puts a request in line; the group it belongs to. Throws InvalidContainerRequestError where its id stands for another shape. */
  add(request: T, shape: RequestShape): RequestGroup<T> {
    const group = this.groupOf(shape);
    group.waiting.push(request);
    return group;
  }

  /** Takes back a request that still waits; undefined if it does not. */
  remove(request: T): RequestGroup<T> | undefined {
    for (const group of this.byShape.values()) {
      const at = group.waiting.lastIndexOf(request);
      if (at < 0) continue;
      group.waiting.splice(at, 1);
      this.dropEmpty(group);
      return group;
    }
    return undefined;
  }

  /** The request that this container is for, out of line; undefined if nobody waits for such a one. */
  take(container: Container): { readonly request: T; readonly group: RequestGroup<T> } | undefined {
    const group = this.groupFor(container);
    const request = group?.waiting.shift();
    if (!group || request === undefined) return undefined;
    this.dropEmpty(group);
    return { request, group };
  }

  /** The group whose row this container was counted off, wanted or not. */
  groupWithId(allocationRequestId: number): RequestGroup<T> | undefined {
    return this.byId.get(allocationRequestId);
  }

  /** All requests of a group, out of line. */
  drop(group: RequestGroup<T>): readonly T[] {
    const dropped = group.waiting.splice(0);
    this.dropEmpty(group);
    return dropped;
  }

  /** Requests that wait, in no order across shapes. */
  waiting(): readonly T[] {
    return [...this.byShape.values()].flatMap((group) => group.waiting);
  }

  private groupOf(shape: RequestShape): RequestGroup<T> {
    const key = shapeKey(shape);
    const known = this.byShape.get(key);
    if (known) return known;
    const { allocationRequestId = this.nextId++ } = shape;
    if (this.byId.has(allocationRequestId)) {
      throw new InvalidContainerRequestError(
        `allocationRequestId ${allocationRequestId} stands for another kind of container already; requests of one id must be alike`,
      );
    }
    const group = { shape, rows: rowsOf(shape, allocationRequestId), allocationRequestId, waiting: [] };
    this.byShape.set(key, group);
    this.byId.set(allocationRequestId, group);
    return group;
  }

  private groupFor(container: Container): RequestGroup<T> | undefined {
    const named = this.byId.get(container.allocationRequestId);
    if (named) return fitsIn(named.shape.capability, container.resource) ? named : undefined;
    if (container.allocationRequestId >= 0) return undefined;
    // An RM that gives the id back to nobody: by priority and size, whoever named this host first.
    const { host } = parseNodeId(container.nodeId);
    const fitting = [...this.byShape.values()].filter(
      ({ shape }) => shape.priority === container.priority && fitsIn(shape.capability, container.resource),
    );
    return (
      fitting.find(({ shape }) => shape.hosts.includes(host)) ??
      fitting.find(({ shape }) => shape.relaxLocality || shape.hosts.length === 0)
    );
  }

  private dropEmpty(group: RequestGroup<T>): void {
    const { shape, waiting } = group;
    // There are few shapes without a place, and a container that comes late may serve the next request of its shape.
    const common = shape.allocationRequestId === undefined && shape.racks.length === 0;
    if (waiting.length > 0 || common) return;
    this.byShape.delete(shapeKey(group.shape));
    this.byId.delete(group.allocationRequestId);
  }
}
