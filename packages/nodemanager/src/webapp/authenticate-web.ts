/** Who may read this node's web pages: whoever shows a client token, or everybody where the cluster has no secret. */
import { authenticateClient, decodeToken, InvalidTokenError, type SharedSecret } from '@bobbin/common';

/** Checks the header `x-bobbin-token`: base64 of an encoded TokenProto. Throws InvalidTokenError. */
export function authenticateWeb(secret: SharedSecret | undefined): (header: string | undefined) => void {
  if (!secret) return () => undefined;
  const authenticate = authenticateClient(secret);
  return (header) => {
    if (header === undefined) {
      throw new InvalidTokenError('header x-bobbin-token is missing: it holds a client token, base64 of a TokenProto');
    }
    authenticate({ token: decodeToken(Buffer.from(header, 'base64'), 'header x-bobbin-token'), peer: 'the web' });
  };
}
