/** An error as the user of the command should read it: what happened, and what to do about it where that can be known. */
import { messageOf, YarnError } from '@bobbin/common';

/** One message, of several lines where there are several problems. */
export function explain(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof YarnError)) return message;
  switch (error.code) {
    case 'UNREACHABLE':
      return `${message}\nIs the cluster running? \`bobbin cluster status\` shows it, \`bobbin cluster start\` starts it`;
    case 'INVALID_TOKEN':
    case 'ACCESS_DENIED':
      return `${message}\nA cluster with a secret is called with the same file in bobbin.security.secret-file`;
    default:
      return message;
  }
}
