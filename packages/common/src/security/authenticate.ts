/**
 * Who may call each protocol: ready-made `authenticate` functions for RpcServer.register. Hadoop: SaslRpcServer's callbacks and
 * the service policies. Each throws InvalidTokenError, or AccessControlError where a bare name is shown and a token is needed.
 */
import { AccessControlError, InvalidTokenError } from '../errors.js';
import type { Clock } from '../clock/clock.js';
import type { ApplicationAttemptId } from '../records/ids.js';
import type { Authenticate, ShownCredentials } from '../rpc/credentials.js';
import type { NMTokenSecretManagerInNM } from './nm-secret-managers.js';
import type { AMRMTokenSecretManager } from './rm-secret-managers.js';
import type { SharedSecret } from './shared-secret.js';
import { CLIENT_TO_AM_TOKEN } from './token-identifiers.js';
import { verifyToken } from './token-signature.js';

/** Clients of the RM. Without a secret the RM is open: bare user names are believed, for loopback only. */
export function authenticateClient(secret: SharedSecret | undefined): Authenticate {
  return (shown) => {
    if (secret === undefined) return { kind: 'user', user: bareUser(shown), authMethod: 'SIMPLE' };
    refuseBareName(shown);
    return { kind: 'user', user: secret.verifyClient(shown.token), authMethod: 'TOKEN' };
  };
}

/** NodeManagers at the RM; open as above. */
export function authenticateNode(secret: SharedSecret | undefined): Authenticate {
  return (shown) => {
    if (secret === undefined) {
      bareUser(shown);
      return { kind: 'node', authMethod: 'SIMPLE' };
    }
    refuseBareName(shown);
    secret.verifyNode(shown.token);
    return { kind: 'node', authMethod: 'TOKEN' };
  };
}

/** AMs at the RM; never by a bare name. */
export function authenticateApplicationMaster(tokens: AMRMTokenSecretManager): Authenticate {
  return (shown) => {
    refuseBareName(shown);
    const { applicationAttemptId, keyId } = tokens.verify(shown.token);
    return { kind: 'attempt', applicationAttemptId, keyId };
  };
}

/** AMs, and the RM for an attempt, at an NM; never by a bare name. */
export function authenticateContainerManagement(tokens: NMTokenSecretManagerInNM): Authenticate {
  return (shown) => {
    refuseBareName(shown);
    const { applicationAttemptId, keyId } = tokens.verify(shown.token);
    return { kind: 'attempt', applicationAttemptId, keyId };
  };
}

/** Clients of an AM, by the key that the AM got when it registered; without one (a real YARN, not secured) a bare name. */
export function authenticateAMClient(
  key: () => Uint8Array | undefined,
  applicationAttemptId: ApplicationAttemptId,
  clock: Clock,
): Authenticate {
  return (shown) => {
    const bytes = key();
    if (bytes === undefined) return { kind: 'user', user: bareUser(shown), authMethod: 'SIMPLE' };
    refuseBareName(shown);
    const identifier = verifyToken(CLIENT_TO_AM_TOKEN, shown.token, [{ keyId: 0, bytes }], clock.now());
    if (identifier.applicationAttemptId !== applicationAttemptId) {
      throw new InvalidTokenError(
        `${CLIENT_TO_AM_TOKEN.kind} token for ${identifier.applicationAttemptId} shown to ${applicationAttemptId}`,
      );
    }
    return { kind: 'user', user: identifier.user, authMethod: 'TOKEN' };
  };
}

function bareUser({ user, token, peer }: ShownCredentials): string {
  if (user !== undefined && user !== '') return user;
  if (token !== undefined) {
    throw new InvalidTokenError(
      `${token.kind} token shown by ${peer}, but no secret is set here to check it with; call by user name`,
    );
  }
  throw new AccessControlError(`call from ${peer} names no user`);
}

function refuseBareName({ user, token, peer }: ShownCredentials): void {
  if (token !== undefined || user === undefined) return;
  throw new AccessControlError(`SIMPLE authentication is not enabled: '${user}' from ${peer} shows no token`);
}
