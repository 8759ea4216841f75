/** Who may read a daemon's web pages: whoever shows a client token, or everybody where the cluster has no secret (loopback only). */
import { InvalidTokenError } from '../errors.js';
import { decodeToken } from '../rpc/credentials.js';
import { authenticateClient } from '../security/authenticate.js';
import type { SharedSecret } from '../security/shared-secret.js';

/** Of a web request: a client token, base64 of an encoded TokenProto. */
export const TOKEN_HEADER = 'x-bobbin-token';

/** Checks the value of TOKEN_HEADER, or its absence. The function it gives throws InvalidTokenError. */
export function authenticateWeb(secret: SharedSecret | undefined): (header: string | undefined) => void {
  if (!secret) return () => undefined;
  const authenticate = authenticateClient(secret);
  return (header) => {
    if (header === undefined) {
      throw new InvalidTokenError(
        `a request needs a client token in the header ${TOKEN_HEADER}: base64 of a TokenProto`,
      );
    }
    authenticate({ token: decodeToken(Buffer.from(header, 'base64'), `header ${TOKEN_HEADER}`), peer: 'the web' });
  };
}
