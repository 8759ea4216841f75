/**
 * RMMetrics: counts what the ResourceManager has done. Hadoop: ClusterMetrics, QueueMetrics. Listens to the ends of applications in
 * one place; everything else is read from the entities when a page asks.
 */
import type { Dispatcher } from '@bobbin/common';
import type { RMEvent } from '../events.js';

export class RMMetrics {
  appsCompleted = 0;
  appsFailed = 0;
  appsKilled = 0;

  constructor(dispatcher: Dispatcher<RMEvent>) {
    dispatcher.on('appmanager', ({ state }) => {
      if (state === 'FINISHED') this.appsCompleted++;
      else if (state === 'FAILED') this.appsFailed++;
      else this.appsKilled++;
    });
  }
}
