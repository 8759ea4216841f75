/** Errors of the ResourceManager that no other package throws. */
import { YarnError } from '@bobbin/common';

/** No node of this id has registered; thrown by the pages. */
export class NodeNotFoundError extends YarnError {
  constructor(id: string) {
    super(`nodeId, ${id}, is not found`, {
      code: 'NODE_NOT_FOUND',
      status: 'NOT_FOUND',
      hadoopClass: 'org.apache.hadoop.yarn.webapp.NotFoundException',
    });
  }
}

/** This process is about to end, and a submission had not been stored; thrown to its caller, who may send it again. */
export class ResourceManagerStoppingError extends YarnError {
  constructor(what: string) {
    super(`the ResourceManager stops before it has stored ${what}; send it again`, {
      code: 'RESOURCE_MANAGER_STOPPING',
      status: 'UNAVAILABLE',
      hadoopClass: 'org.apache.hadoop.ipc.RetriableException',
      retriable: true,
    });
  }
}

/**
 * A newer call took the place of this one, which was held. Who gave it up for the newer one does not hear this; who still waits for it, since
 * the two came in the other order, asks again and is answered.
 */
export class CallSupersededError extends YarnError {
  constructor(what: string) {
    super(`a newer call took the place of ${what}`, {
      code: 'CALL_SUPERSEDED',
      status: 'UNAVAILABLE',
      hadoopClass: 'org.apache.hadoop.ipc.RetriableException',
      retriable: true,
    });
  }
}
