/** Generated from proto/yarn_security_token.proto by scripts/generate-protos.mjs; change that file and run `pnpm run generate`. */
import { messageType, optional, repeated, type Message, type MessageType } from '../wire/message-type.js';
import {
  ApplicationAttemptIdProto,
  ContainerIdProto,
  ContainerTypeProto,
  ExecutionTypeProto,
  LogAggregationContextProto,
  NodeIdProto,
  PriorityProto,
  ResourceProto,
} from './yarn_protos.js';

/** Key ids are signed 32-bit numbers. */
export interface NMTokenIdentifierProto extends Message {
  appAttemptId?: ApplicationAttemptIdProto | undefined;
  nodeId?: NodeIdProto | undefined;
  appSubmitter?: string | undefined;
  keyId?: number | undefined;
}
export const NMTokenIdentifierProto: MessageType<NMTokenIdentifierProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.NMTokenIdentifierProto',
  () => [
    optional(1, 'appAttemptId', ApplicationAttemptIdProto),
    optional(2, 'nodeId', NodeIdProto),
    optional(3, 'appSubmitter', 'string'),
    optional(4, 'keyId', 'int32'),
  ],
);

/** Names the attempt that calls. */
export interface AMRMTokenIdentifierProto extends Message {
  appAttemptId?: ApplicationAttemptIdProto | undefined;
  keyId?: number | undefined;
}
export const AMRMTokenIdentifierProto: MessageType<AMRMTokenIdentifierProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.AMRMTokenIdentifierProto',
  () => [optional(1, 'appAttemptId', ApplicationAttemptIdProto), optional(2, 'keyId', 'int32')],
);

/** Binds a container to one node, one resource and one start of the RM (rmIdentifier). expiryTimeStamp in ms. */
export interface ContainerTokenIdentifierProto extends Message {
  containerId?: ContainerIdProto | undefined;
  nmHostAddr?: string | undefined;
  appSubmitter?: string | undefined;
  resource?: ResourceProto | undefined;
  expiryTimeStamp?: number | undefined;
  masterKeyId?: number | undefined;
  rmIdentifier?: number | undefined;
  priority?: PriorityProto | undefined;
  creationTime?: number | undefined;
  logAggregationContext?: LogAggregationContextProto | undefined;
  nodeLabelExpression?: string | undefined;
  containerType?: ContainerTypeProto | undefined;
  executionType?: ExecutionTypeProto | undefined;
  version?: number | undefined;
  allocation_request_id?: number | undefined;
  allocation_tags?: readonly string[] | undefined;
}
export const ContainerTokenIdentifierProto: MessageType<ContainerTokenIdentifierProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ContainerTokenIdentifierProto',
  () => [
    optional(1, 'containerId', ContainerIdProto),
    optional(2, 'nmHostAddr', 'string'),
    optional(3, 'appSubmitter', 'string'),
    optional(4, 'resource', ResourceProto),
    optional(5, 'expiryTimeStamp', 'int64'),
    optional(6, 'masterKeyId', 'int32'),
    optional(7, 'rmIdentifier', 'int64'),
    optional(8, 'priority', PriorityProto),
    optional(9, 'creationTime', 'int64'),
    optional(10, 'logAggregationContext', LogAggregationContextProto),
    optional(11, 'nodeLabelExpression', 'string'),
    optional(12, 'containerType', ContainerTypeProto),
    optional(13, 'executionType', ExecutionTypeProto),
    optional(14, 'version', 'int32'),
    optional(15, 'allocation_request_id', 'int64'),
    repeated(16, 'allocation_tags', 'string'),
  ],
);

/** Signed by a key that the RM made for the attempt and gave to its AM. */
export interface ClientToAMTokenIdentifierProto extends Message {
  appAttemptId?: ApplicationAttemptIdProto | undefined;
  clientName?: string | undefined;
}
export const ClientToAMTokenIdentifierProto: MessageType<ClientToAMTokenIdentifierProto> = /* @__PURE__ */ messageType(
  'hadoop.yarn.ClientToAMTokenIdentifierProto',
  () => [optional(1, 'appAttemptId', ApplicationAttemptIdProto), optional(2, 'clientName', 'string')],
);

/** issueDate and maxDate in ms since 1970. */
export interface YARNDelegationTokenIdentifierProto extends Message {
  owner?: string | undefined;
  renewer?: string | undefined;
  realUser?: string | undefined;
  issueDate?: number | undefined;
  maxDate?: number | undefined;
  sequenceNumber?: number | undefined;
  masterKeyId?: number | undefined;
}
export const YARNDelegationTokenIdentifierProto: MessageType<YARNDelegationTokenIdentifierProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.YARNDelegationTokenIdentifierProto', () => [
    optional(1, 'owner', 'string'),
    optional(2, 'renewer', 'string'),
    optional(3, 'realUser', 'string'),
    optional(4, 'issueDate', 'int64'),
    optional(5, 'maxDate', 'int64'),
    optional(6, 'sequenceNumber', 'int32'),
    optional(7, 'masterKeyId', 'int32'),
  ]);

export interface DockerCredentialTokenIdentifierProto extends Message {
  registryUrl?: string | undefined;
  applicationId?: string | undefined;
}
export const DockerCredentialTokenIdentifierProto: MessageType<DockerCredentialTokenIdentifierProto> =
  /* @__PURE__ */ messageType('hadoop.yarn.DockerCredentialTokenIdentifierProto', () => [
    optional(1, 'registryUrl', 'string'),
    optional(2, 'applicationId', 'string'),
  ]);
