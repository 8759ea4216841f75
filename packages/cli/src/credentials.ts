/** By what the command calls a cluster: client tokens made from the shared secret, or a bare user name where there is none. */
import { loadSecret, SharedSecret, type CallCredentials, type Clock } from '@bobbin/common';

/**
 * Makes what a call is proved by, anew at each call: a command may follow a job for longer than a token lives. Throws
 * ConfigurationError where the secret's file is missing, too short, or open to others.
 */
export function clientCredentials(secretFile: string | undefined, user: string, clock: Clock): () => CallCredentials {
  if (secretFile === undefined) return () => ({ user });
  const secret = new SharedSecret(loadSecret(secretFile), clock);
  return () => ({ token: secret.clientToken(user) });
}
