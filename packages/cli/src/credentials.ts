/** By what the command calls a cluster: a client token made from the shared secret, or a bare user name where there is none. */
import { loadSecret, SharedSecret, type CallCredentials, type Clock } from '@bobbin/common';

/** Throws ConfigurationError where the secret's file is missing, too short, or open to others. */
export function clientCredentials(secretFile: string | undefined, user: string, clock: Clock): CallCredentials {
  if (secretFile === undefined) return { user };
  return { token: new SharedSecret(loadSecret(secretFile), clock).clientToken(user) };
}
