/**
 * AuxServices: starts, stops and feeds the auxiliary services. Hadoop: nodemanager.containermanager.AuxServices. Handles the
 * `auxservices` domain.
 */
import { assertNever, type Logger, type Service } from '@bobbin/common';
import type { AuxServicesEvent } from '../../nm-events.js';
import type { AuxiliaryService } from './auxiliary-service.js';

export class AuxServices implements Service {
  readonly name = 'AuxServices';
  private readonly services: ReadonlyMap<string, AuxiliaryService>;
  private readonly log: Logger;
  private readonly started: AuxiliaryService[] = [];

  constructor(services: readonly AuxiliaryService[], log: Logger) {
    this.log = log.child({ service: this.name });
    this.services = new Map(services.map((service) => [service.name, service]));
  }

  async start(): Promise<void> {
    for (const service of this.services.values()) {
      await service.start();
      this.started.push(service);
    }
  }

  async stop(): Promise<void> {
    for (const service of this.started.splice(0).reverse()) await service.stop();
  }

  has(service: string): boolean {
    return this.services.has(service);
  }

  /** Service name to what it tells its clients. */
  metadata(): Readonly<Record<string, Uint8Array>> {
    return Object.fromEntries(this.started.map((service) => [service.name, service.metadata()]));
  }

  handle(event: AuxServicesEvent): void {
    switch (event.type) {
      case 'APPLICATION_INIT': {
        const service = this.services.get(event.service);
        if (service) {
          this.guard(service, () => service.initializeApplication(event.applicationId, event.user, event.data));
        }
        return;
      }
      case 'APPLICATION_STOP':
        for (const service of this.started) this.guard(service, () => service.stopApplication(event.applicationId));
        return;
      case 'CONTAINER_INIT':
      case 'CONTAINER_STOP':
        return;
      default:
        assertNever(event, 'event of the auxiliary services');
    }
  }

  private guard(service: AuxiliaryService, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.log.error(`auxiliary service '${service.name}' failed`, { error });
    }
  }
}
