/**
 * Converters of what every protocol uses: ids, resources, tokens, and the helpers of the other converters.
 * Hadoop: yarn.api.records.impl.pb.*PBImpl, ProtoUtils. Each pair is `xToProto(record)` and `xFromProto(message)`; the second
 * throws InvalidMessageError for a message that lacks what the record cannot do without.
 */
import { InvalidMessageError } from '../../errors.js';
import {
  applicationAttemptId,
  applicationId,
  containerId,
  nodeId,
  parseApplicationAttemptId,
  parseApplicationId,
  parseContainerId,
  parseNodeId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '../../records/ids.js';
import type { Token } from '../../records/records.js';
import type { Resource } from '../../records/resource.js';
import type { TokenProto } from '../generated/Security.js';
import type {
  ApplicationAttemptIdProto,
  ApplicationIdProto,
  ContainerIdProto,
  NodeIdProto,
  ResourceProto,
  StringBytesMapProto,
  StringStringMapProto,
} from '../generated/yarn_protos.js';

/** `value`, or InvalidMessageError naming the field that the caller had to send. */
export function need<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new InvalidMessageError(`${field} is needed and missing`);
  return value;
}

/** Applies `f` to a value that may be absent. */
export function given<T, R>(value: T | undefined, f: (value: T) => R): R | undefined {
  return value === undefined ? undefined : f(value);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops the properties that are undefined: an absent field of a record has no property. */
export function present<T extends object>(record: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const name in record) {
    if (record[name] !== undefined) kept[name] = record[name];
  }
  return kept as Present<T>;
}

/** Two-way table between the names of a record's union and those of a protobuf enum. */
export interface Names<R extends string, P extends string> {
  readonly to: (name: R) => P;
  readonly from: (name: P) => R;
}

export function names<R extends string, P extends string>(table: Readonly<Record<R, P>>): Names<R, P> {
  const back = new Map(Object.entries(table).map(([record, proto]) => [proto as P, record as R]));
  return {
    to: (name) => table[name],
    from: (name) => need(back.get(name), `a name of ours for '${name}'`),
  };
}

export function applicationIdToProto(id: ApplicationId): ApplicationIdProto {
  const { clusterTimestamp, sequence } = parseApplicationId(id);
  return { id: sequence, cluster_timestamp: clusterTimestamp };
}

export function applicationIdFromProto(m: ApplicationIdProto): ApplicationId {
  return applicationId(
    need(m.cluster_timestamp, 'ApplicationIdProto.cluster_timestamp'),
    need(m.id, 'ApplicationIdProto.id'),
  );
}

export function attemptIdToProto(id: ApplicationAttemptId): ApplicationAttemptIdProto {
  const parsed = parseApplicationAttemptId(id);
  return { application_id: applicationIdToProto(parsed.applicationId), attemptId: parsed.attempt };
}

export function attemptIdFromProto(m: ApplicationAttemptIdProto): ApplicationAttemptId {
  return applicationAttemptId(
    applicationIdFromProto(need(m.application_id, 'ApplicationAttemptIdProto.application_id')),
    need(m.attemptId, 'ApplicationAttemptIdProto.attemptId'),
  );
}

/** The sequence has the lower 40 bits of the id, the RM's epoch those above. */
const SEQUENCE_BITS = 40n;

export function containerIdToProto(id: ContainerId): ContainerIdProto {
  const { applicationAttemptId: attempt, epoch, sequence } = parseContainerId(id);
  const number = epoch === 0 ? String(sequence) : String((BigInt(epoch) << SEQUENCE_BITS) | BigInt(sequence));
  return { app_attempt_id: attemptIdToProto(attempt), id: number };
}

export function containerIdFromProto(m: ContainerIdProto): ContainerId {
  const attempt = attemptIdFromProto(need(m.app_attempt_id, 'ContainerIdProto.app_attempt_id'));
  const number = BigInt(need(m.id, 'ContainerIdProto.id'));
  return containerId(attempt, Number(BigInt.asUintN(40, number)), Number(number >> SEQUENCE_BITS));
}

export function nodeIdToProto(id: NodeId): NodeIdProto {
  return parseNodeId(id);
}

export function nodeIdFromProto(m: NodeIdProto): NodeId {
  return nodeId(need(m.host, 'NodeIdProto.host'), need(m.port, 'NodeIdProto.port'));
}

export function resourceToProto(r: Resource): ResourceProto {
  return { memory: r.memoryMb, virtual_cores: r.vcores };
}

/** Absent parts count as 0, as in Hadoop. */
export function resourceFromProto(m: ResourceProto | undefined): Resource {
  return { memoryMb: m?.memory ?? 0, vcores: m?.virtual_cores ?? 0 };
}

export function tokenToProto(t: Token): TokenProto {
  return { identifier: t.identifier, password: t.password, kind: t.kind, service: t.service };
}

export function tokenFromProto(m: TokenProto): Token {
  return { identifier: m.identifier, password: m.password, kind: m.kind, service: m.service };
}

export function stringMapToProto(map: Readonly<Record<string, string>>): StringStringMapProto[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

export function stringMapFromProto(entries: readonly StringStringMapProto[] | undefined): Record<string, string> {
  return Object.fromEntries((entries ?? []).map((e) => [e.key ?? '', e.value ?? '']));
}

export function bytesMapToProto(map: Readonly<Record<string, Uint8Array>>): StringBytesMapProto[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

export function bytesMapFromProto(entries: readonly StringBytesMapProto[] | undefined): Record<string, Uint8Array> {
  return Object.fromEntries((entries ?? []).map((e) => [e.key ?? '', e.value ?? new Uint8Array()]));
}
