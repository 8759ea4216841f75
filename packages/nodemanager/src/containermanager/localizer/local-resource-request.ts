/**
 * What makes two local resources the same file on this node. Hadoop: LocalResourceRequest. The key names address, timestamp, type
 * and pattern; the tracker says who shares it: everybody, a user, or an application.
 */
import type { LocalResource } from '@bobbin/common';
import type { LocalizationScope } from '../../nm-events.js';

/** Text that is equal for equal resources and for no others. */
export function resourceKey(resource: LocalResource): string {
  const { visibility, type, timestampMs, pattern, url } = resource;
  return JSON.stringify([visibility, type, timestampMs, pattern ?? '', url]);
}

/** Name of the tracker that holds a resource: `public`, `private/<user>` or `application/<user>/<application id>`. */
export function trackerName(resource: LocalResource, scope: LocalizationScope): string {
  switch (resource.visibility) {
    case 'PUBLIC':
      return 'public';
    case 'PRIVATE':
      return `private/${scope.user}`;
    case 'APPLICATION':
      return `application/${scope.user}/${scope.applicationId}`;
  }
}

/** The cache folder of a tracker, relative to a local-dir. */
export function cacheFolder(tracker: string): string {
  const [kind, user = '', application = ''] = tracker.split('/');
  if (kind === 'public') return 'filecache';
  if (kind === 'private') return `usercache/${user}/filecache`;
  return `usercache/${user}/appcache/${application}/filecache`;
}
