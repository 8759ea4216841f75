/**
 * ContainerManagementProtocol on the wire. Hadoop: ContainerManagementProtocolPBClientImpl,
 * ContainerManagementProtocolPBServiceImpl. An error inside an answer travels as SerializedException.
 */
import type { ContainerManagementProtocol, FailedRequest } from '../../records/protocols.js';
import {
  bytesMapFromProto,
  bytesMapToProto,
  containerIdFromProto,
  containerIdToProto,
  need,
  tokenFromProto,
  tokenToProto,
} from '../converters/common.js';
import { containerStatusFromProto, containerStatusToProto, signalCommand } from '../converters/containers.js';
import { launchContextFromProto, launchContextToProto } from '../converters/launch-context.js';
import { ContainerManagementProtocolService } from '../generated/containermanagement_protocol.js';
import * as m from '../generated/yarn_service_protos.js';
import { codec, type Protocol } from '../protocol.js';
import { empty } from './empty.js';

function failedToProto(f: FailedRequest): m.ContainerExceptionMapProto {
  return {
    container_id: containerIdToProto(f.containerId),
    exception: { message: f.exception.message, class_name: f.exception.className },
  };
}

function failedFromProto(p: m.ContainerExceptionMapProto): FailedRequest {
  return {
    containerId: containerIdFromProto(need(p.container_id, 'ContainerExceptionMapProto.container_id')),
    exception: { message: p.exception?.message ?? '', className: p.exception?.class_name ?? '' },
  };
}

export const containerManagementProtocol: Protocol<ContainerManagementProtocol> = {
  name: 'org.apache.hadoop.yarn.api.ContainerManagementProtocolPB',
  service: ContainerManagementProtocolService.name,
  methods: ContainerManagementProtocolService.methods,
  codecs: {
    startContainers: {
      request: codec(
        m.StartContainersRequestProto,
        (r) => ({
          start_container_request: r.requests.map(({ containerLaunchContext, containerToken }) => ({
            container_launch_context: launchContextToProto(containerLaunchContext),
            container_token: tokenToProto(containerToken),
          })),
        }),
        (p) => ({
          requests: (p.start_container_request ?? []).map(({ container_launch_context, container_token }) => ({
            containerLaunchContext: launchContextFromProto(
              need(container_launch_context, 'StartContainerRequestProto.container_launch_context'),
            ),
            containerToken: tokenFromProto(need(container_token, 'StartContainerRequestProto.container_token')),
          })),
        }),
      ),
      response: codec(
        m.StartContainersResponseProto,
        (r) => ({
          services_meta_data: bytesMapToProto(r.servicesMetaData),
          succeeded_requests: r.succeeded.map(containerIdToProto),
          failed_requests: r.failed.map(failedToProto),
        }),
        (p) => ({
          servicesMetaData: bytesMapFromProto(p.services_meta_data),
          succeeded: (p.succeeded_requests ?? []).map(containerIdFromProto),
          failed: (p.failed_requests ?? []).map(failedFromProto),
        }),
      ),
    },
    stopContainers: {
      request: codec(
        m.StopContainersRequestProto,
        (r) => ({ container_id: r.containerIds.map(containerIdToProto) }),
        (p) => ({ containerIds: (p.container_id ?? []).map(containerIdFromProto) }),
      ),
      response: codec(
        m.StopContainersResponseProto,
        (r) => ({
          succeeded_requests: r.succeeded.map(containerIdToProto),
          failed_requests: r.failed.map(failedToProto),
        }),
        (p) => ({
          succeeded: (p.succeeded_requests ?? []).map(containerIdFromProto),
          failed: (p.failed_requests ?? []).map(failedFromProto),
        }),
      ),
    },
    getContainerStatuses: {
      request: codec(
        m.GetContainerStatusesRequestProto,
        (r) => ({ container_id: r.containerIds.map(containerIdToProto) }),
        (p) => ({ containerIds: (p.container_id ?? []).map(containerIdFromProto) }),
      ),
      response: codec(
        m.GetContainerStatusesResponseProto,
        (r) => ({ status: r.statuses.map(containerStatusToProto), failed_requests: r.failed.map(failedToProto) }),
        (p) => ({
          statuses: (p.status ?? []).map(containerStatusFromProto),
          failed: (p.failed_requests ?? []).map(failedFromProto),
        }),
      ),
    },
    signalToContainer: {
      request: codec(
        m.SignalContainerRequestProto,
        (r) => ({ container_id: containerIdToProto(r.containerId), command: signalCommand.to(r.command) }),
        (p) => ({ containerId: containerIdFromProto(p.container_id), command: signalCommand.from(p.command) }),
      ),
      response: empty(m.SignalContainerResponseProto),
    },
  },
};
