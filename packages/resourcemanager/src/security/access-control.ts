/**
 * Who may see and change an application. Hadoop: ApplicationACLsManager, AdminACLsManager, AccessControlList. Lists are `users groups`, `*` is
 * everybody; groups are not known here, so only the users of a list count. Without `yarn.acl.enable` everybody may do everything.
 */
import { AccessControlError } from '@bobbin/common';
import type { RMApp } from '../rmapp/rm-app.js';

export interface AccessControl {
  mayView(app: RMApp, user: string): boolean;
  /** Throws AccessControlError. */
  checkModify(app: RMApp, user: string): void;
}

export function accessControl(options: { readonly enabled: boolean; readonly adminAcl: string }): AccessControl {
  const may = (app: RMApp, user: string, kind: 'VIEW_APP' | 'MODIFY_APP'): boolean =>
    !options.enabled ||
    user === app.user ||
    lists(options.adminAcl, user) ||
    lists(app.context.amContainerSpec.applicationAcls[kind] ?? '', user);
  return {
    mayView: (app, user) => may(app, user, 'VIEW_APP'),
    checkModify: (app, user) => {
      if (may(app, user, 'MODIFY_APP')) return;
      throw new AccessControlError(`User ${user} cannot perform operation MODIFY_APP on ${app.applicationId}`);
    },
  };
}

function lists(acl: string, user: string): boolean {
  if (acl.trim() === '*') return true;
  const users = acl.startsWith(' ') ? '' : (acl.trim().split(/\s+/)[0] ?? '');
  return users.split(',').includes(user);
}
