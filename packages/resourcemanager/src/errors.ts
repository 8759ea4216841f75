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
