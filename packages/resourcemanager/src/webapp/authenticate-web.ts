/** Who may read the pages of the ResourceManager: whoever shows a client token, or everybody where the cluster has no secret. */
import { authenticateClient, decodeToken, InvalidTokenError, type SharedSecret } from '@bobbin/common';

const HEADER = 'x-bobbin-token';

/** Checks that header's value: base64 of an encoded TokenProto. Throws InvalidTokenError. */
export function authenticateWeb(secret: SharedSecret | undefined): (header: string | undefined) => void {
  if (!secret) return () => undefined;
  const authenticate = authenticateClient(secret);
  return (header) => {
    if (header === undefined) throw new InvalidTokenError(`a request needs a client token in the header ${HEADER}`);
    authenticate({ token: decodeToken(Buffer.from(header, 'base64'), `header ${HEADER}`), peer: 'the web' });
  };
}
