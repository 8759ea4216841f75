/**
 * Converters of what an NM is told to run. Hadoop: ContainerLaunchContextPBImpl, LocalResourcePBImpl, URL.
 * Fields that the records lack (retry context, token configuration, unknown ones) are carried along.
 */
import { BadRequestError, messageOf } from '../../errors.js';
import type {
  ContainerLaunchContext,
  LocalResource,
  LocalResourceType,
  LocalResourceVisibility,
} from '../../records/records.js';
import type {
  ApplicationACLMapProto,
  ApplicationAccessTypeProto,
  ContainerLaunchContextProto,
  LocalResourceProto,
  LocalResourceTypeProto,
  LocalResourceVisibilityProto,
  URLProto,
} from '../generated/yarn_protos.js';
import { carried, carrying } from './carried.js';
import {
  bytesMapFromProto,
  bytesMapToProto,
  names,
  need,
  present,
  stringMapFromProto,
  stringMapToProto,
} from './common.js';

const resourceType = names<LocalResourceType, LocalResourceTypeProto>({
  ARCHIVE: 'ARCHIVE',
  FILE: 'FILE',
  PATTERN: 'PATTERN',
});

const visibility = names<LocalResourceVisibility, LocalResourceVisibilityProto>({
  PUBLIC: 'PUBLIC',
  PRIVATE: 'PRIVATE',
  APPLICATION: 'APPLICATION',
});

type Acls = ContainerLaunchContext['applicationAcls'];

const accessType = names<'VIEW_APP' | 'MODIFY_APP', ApplicationAccessTypeProto>({
  VIEW_APP: 'APPACCESS_VIEW_APP',
  MODIFY_APP: 'APPACCESS_MODIFY_APP',
});

const URL_FORM = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?(\/.*)$/;

/** The path travels decoded, as in Hadoop; a `file:` URL has port -1 and no host. Throws BadRequestError for other texts. */
export function urlToProto(url: string): URLProto {
  const match = URL_FORM.exec(url);
  if (!match) throw new BadRequestError(`'${url}' is not the URL of a file; one looks like 'file:///tmp/job.cjs'`);
  const [, scheme, userInfo, host, port, path = ''] = match;
  return {
    scheme,
    ...(host !== '' && { host }),
    port: port === undefined ? -1 : Number(port),
    file: decodePath(url, path),
    ...(userInfo !== undefined && { userInfo }),
  };
}

function decodePath(url: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw new BadRequestError(`'${url}' is not the URL of a file: ${messageOf(error)}`);
  }
}

export function urlFromProto(m: URLProto): string {
  const user = m.userInfo === undefined ? '' : `${m.userInfo}@`;
  const port = m.port === undefined || m.port < 0 ? '' : `:${m.port}`;
  const path = encodeURI(need(m.file, 'URLProto.file')).replace(/[?#]/g, encodeURIComponent);
  return `${m.scheme ?? 'file'}://${user}${m.host ?? ''}${port}${path}`;
}

export function localResourceToProto(r: LocalResource): LocalResourceProto {
  return {
    ...carried(r),
    resource: urlToProto(r.url),
    size: r.sizeBytes,
    timestamp: r.timestampMs,
    type: resourceType.to(r.type),
    visibility: visibility.to(r.visibility),
    pattern: r.pattern,
  };
}

export function localResourceFromProto(m: LocalResourceProto): LocalResource {
  const record: LocalResource = present({
    url: urlFromProto(need(m.resource, 'LocalResourceProto.resource')),
    sizeBytes: m.size ?? 0,
    timestampMs: m.timestamp ?? 0,
    type: resourceType.from(need(m.type, 'LocalResourceProto.type')),
    visibility: visibility.from(need(m.visibility, 'LocalResourceProto.visibility')),
    pattern: m.pattern,
  });
  return carrying(record, m, ['resource', 'size', 'timestamp', 'type', 'visibility', 'pattern']);
}

export function aclsToProto(acls: Acls): ApplicationACLMapProto[] {
  return (['VIEW_APP', 'MODIFY_APP'] as const).flatMap((type) => {
    const acl = acls[type];
    return acl === undefined ? [] : [{ accessType: accessType.to(type), acl }];
  });
}

export function aclsFromProto(entries: readonly ApplicationACLMapProto[] | undefined): Acls {
  return Object.fromEntries(
    (entries ?? []).map((e) => [
      accessType.from(need(e.accessType, 'ApplicationACLMapProto.accessType')),
      e.acl ?? ' ',
    ]),
  );
}

export function launchContextToProto(c: ContainerLaunchContext): ContainerLaunchContextProto {
  return {
    ...carried(c),
    localResources: Object.entries(c.localResources).map(([key, value]) => ({
      key,
      value: localResourceToProto(value),
    })),
    tokens: c.tokens,
    service_data: bytesMapToProto(c.serviceData),
    environment: stringMapToProto(c.environment),
    command: c.commands,
    application_ACLs: aclsToProto(c.applicationAcls),
  };
}

export function launchContextFromProto(m: ContainerLaunchContextProto): ContainerLaunchContext {
  const record: ContainerLaunchContext = present({
    localResources: Object.fromEntries(
      (m.localResources ?? []).map((e) => [
        need(e.key, 'StringLocalResourceMapProto.key'),
        localResourceFromProto(need(e.value, 'StringLocalResourceMapProto.value')),
      ]),
    ),
    tokens: m.tokens,
    serviceData: bytesMapFromProto(m.service_data),
    environment: stringMapFromProto(m.environment),
    commands: m.command ?? [],
    applicationAcls: aclsFromProto(m.application_ACLs),
  });
  return carrying(record, m, [
    'localResources',
    'tokens',
    'service_data',
    'environment',
    'command',
    'application_ACLs',
  ]);
}
