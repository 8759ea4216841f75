/**
 * AuxiliaryService: what runs inside the NodeManager for an application framework, beyond the life of its containers. Hadoop:
 * yarn.server.api.AuxiliaryService. What a call throws is logged and does no harm to the container.
 */
import type { ApplicationId, Service } from '@bobbin/common';

export interface AuxiliaryService extends Service {
  /** Letters, digits and underscores; the name in `service_data` and in NM_AUX_SERVICE_<name>. */
  readonly name: string;
  /** What its clients are told; valid once it has started. */
  metadata(): Uint8Array;
  /** With the first container of an application that has data for this service; again with each later one. */
  initializeApplication(applicationId: ApplicationId, user: string, data: Uint8Array): void;
  /** Also for applications it was never told of. */
  stopApplication(applicationId: ApplicationId): void;
}
