/**
 * Token identifiers: what an issuer signs, as records and as Hadoop's messages. Hadoop: AMRMTokenIdentifier, NMTokenIdentifier,
 * ContainerTokenIdentifier, ClientToAMTokenIdentifier, RMDelegationTokenIdentifier. Only the issuer and the verifier look inside.
 */
import type { ApplicationAttemptId, ContainerId, NodeId } from '../records/ids.js';
import { parseNodeId } from '../records/ids.js';
import type { ExecutionType } from '../records/records.js';
import type { Resource } from '../records/resource.js';
import {
  attemptIdFromProto,
  attemptIdToProto,
  containerIdFromProto,
  containerIdToProto,
  need,
  nodeIdFromProto,
  nodeIdToProto,
  present,
  resourceFromProto,
  resourceToProto,
} from '../rpc/converters/common.js';
import { executionType } from '../rpc/converters/containers.js';
import {
  AMRMTokenIdentifierProto,
  ClientToAMTokenIdentifierProto,
  ContainerTokenIdentifierProto,
  NMTokenIdentifierProto,
  YARNDelegationTokenIdentifierProto,
} from '../rpc/generated/yarn_security_token.js';
import { codec, type Codec } from '../rpc/protocol.js';

/** A kind of token: its name on the wire, its identifier, and what the verifier reads from it. */
export interface TokenKind<I> {
  readonly kind: string;
  readonly identifier: Codec<I>;
  /** The key that signed; absent where there is but one. */
  readonly keyId?: (identifier: I) => number;
  readonly expiresAtMs?: (identifier: I) => number;
  /** Whom or what it is for, in messages. */
  readonly subject: (identifier: I) => string;
}

export interface AMRMTokenIdentifier {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly keyId: number;
}

export interface NMTokenIdentifier {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly nodeId: NodeId;
  readonly user: string;
  readonly keyId: number;
}

export interface ContainerTokenIdentifier {
  readonly containerId: ContainerId;
  /** The only node that may start it. */
  readonly nodeId: NodeId;
  readonly user: string;
  readonly resource: Resource;
  readonly expiryTimeMs: number;
  readonly masterKeyId: number;
  /** Start stamp of the RM that made it. */
  readonly rmIdentifier: number;
  readonly priority: number;
  readonly creationTimeMs: number;
  readonly containerType: 'APPLICATION_MASTER' | 'TASK';
  readonly executionType: ExecutionType;
  readonly version: number;
  readonly allocationRequestId: number;
  readonly nodeLabelExpression?: string;
}

export interface ClientToAMTokenIdentifier {
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly user: string;
}

/** Of a client's and of a node's token. */
export interface DelegationTokenIdentifier {
  readonly owner: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly keyId: number;
}

/** Hadoop's value where a key id is absent. */
const NO_KEY = -1;

export const AMRM_TOKEN: TokenKind<AMRMTokenIdentifier> = {
  kind: 'YARN_AM_RM_TOKEN',
  identifier: codec(
    AMRMTokenIdentifierProto,
    (i) => ({ appAttemptId: attemptIdToProto(i.applicationAttemptId), keyId: i.keyId }),
    (p) => ({
      applicationAttemptId: attemptIdFromProto(need(p.appAttemptId, 'AMRMTokenIdentifierProto.appAttemptId')),
      keyId: p.keyId ?? NO_KEY,
    }),
  ),
  keyId: (i) => i.keyId,
  subject: (i) => i.applicationAttemptId,
};

export const NM_TOKEN: TokenKind<NMTokenIdentifier> = {
  kind: 'NMToken',
  identifier: codec(
    NMTokenIdentifierProto,
    (i) => ({
      appAttemptId: attemptIdToProto(i.applicationAttemptId),
      nodeId: nodeIdToProto(i.nodeId),
      appSubmitter: i.user,
      keyId: i.keyId,
    }),
    (p) => ({
      applicationAttemptId: attemptIdFromProto(need(p.appAttemptId, 'NMTokenIdentifierProto.appAttemptId')),
      nodeId: nodeIdFromProto(need(p.nodeId, 'NMTokenIdentifierProto.nodeId')),
      user: p.appSubmitter ?? '',
      keyId: p.keyId ?? NO_KEY,
    }),
  ),
  keyId: (i) => i.keyId,
  subject: (i) => `${i.applicationAttemptId} at ${i.nodeId}`,
};

export const CONTAINER_TOKEN: TokenKind<ContainerTokenIdentifier> = {
  kind: 'ContainerToken',
  identifier: codec(
    ContainerTokenIdentifierProto,
    (i) => ({
      containerId: containerIdToProto(i.containerId),
      nmHostAddr: i.nodeId,
      appSubmitter: i.user,
      resource: resourceToProto(i.resource),
      expiryTimeStamp: i.expiryTimeMs,
      masterKeyId: i.masterKeyId,
      rmIdentifier: i.rmIdentifier,
      priority: { priority: i.priority },
      creationTime: i.creationTimeMs,
      nodeLabelExpression: i.nodeLabelExpression,
      containerType: i.containerType,
      executionType: executionType.to(i.executionType),
      version: i.version,
      allocation_request_id: i.allocationRequestId,
    }),
    (p) => {
      const node = need(p.nmHostAddr, 'ContainerTokenIdentifierProto.nmHostAddr');
      parseNodeId(node);
      return present({
        containerId: containerIdFromProto(need(p.containerId, 'ContainerTokenIdentifierProto.containerId')),
        nodeId: node as NodeId,
        user: p.appSubmitter ?? '',
        resource: resourceFromProto(p.resource),
        expiryTimeMs: p.expiryTimeStamp ?? 0,
        masterKeyId: p.masterKeyId ?? NO_KEY,
        rmIdentifier: p.rmIdentifier ?? 0,
        priority: p.priority?.priority ?? 0,
        creationTimeMs: p.creationTime ?? 0,
        containerType: p.containerType ?? 'TASK',
        executionType: executionType.from(p.executionType ?? 'GUARANTEED'),
        version: p.version ?? 0,
        allocationRequestId: p.allocation_request_id ?? -1,
        nodeLabelExpression: p.nodeLabelExpression,
      });
    },
  ),
  keyId: (i) => i.masterKeyId,
  expiresAtMs: (i) => i.expiryTimeMs,
  subject: (i) => i.containerId,
};

export const CLIENT_TO_AM_TOKEN: TokenKind<ClientToAMTokenIdentifier> = {
  kind: 'YARN_CLIENT_TOKEN',
  identifier: codec(
    ClientToAMTokenIdentifierProto,
    (i) => ({ appAttemptId: attemptIdToProto(i.applicationAttemptId), clientName: i.user }),
    (p) => ({
      applicationAttemptId: attemptIdFromProto(need(p.appAttemptId, 'ClientToAMTokenIdentifierProto.appAttemptId')),
      user: p.clientName ?? '',
    }),
  ),
  subject: (i) => `${i.user} to ${i.applicationAttemptId}`,
};

function delegationKind(kind: string): TokenKind<DelegationTokenIdentifier> {
  return {
    kind,
    identifier: codec(
      YARNDelegationTokenIdentifierProto,
      (i) => ({ owner: i.owner, issueDate: i.issuedAtMs, maxDate: i.expiresAtMs, masterKeyId: i.keyId }),
      (p) => ({
        owner: need(p.owner, 'YARNDelegationTokenIdentifierProto.owner'),
        issuedAtMs: p.issueDate ?? 0,
        expiresAtMs: p.maxDate ?? 0,
        keyId: p.masterKeyId ?? NO_KEY,
      }),
    ),
    keyId: (i) => i.keyId,
    expiresAtMs: (i) => i.expiresAtMs,
    subject: (i) => i.owner,
  };
}

/** A person's or tool's token for the RM. */
export const CLIENT_TOKEN = delegationKind('RM_DELEGATION_TOKEN');
/** A NodeManager's token for the RM; Hadoop has Kerberos here. */
export const NODE_TOKEN = delegationKind('BOBBIN_NODE_TOKEN');
