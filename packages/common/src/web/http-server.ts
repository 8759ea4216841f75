/** The life of a daemon's HTTP server: listens, or says why not; stops at once. Hadoop: http.HttpServer2. */
import type { Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Address } from '../conf/codec.js';
import { CannotListenError, messageOf } from '../errors.js';

/** Resolves with the port; 0 in the options lets the system choose. Rejects with the system's error. */
export function listenHttp(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The same for an address that the setting `setting` names. Rejects with CannotListenError. */
export async function listenHttpAt(server: Server, { host, port }: Address, setting: string): Promise<number> {
  try {
    return await listenHttp(server, { host, port });
  } catch (error) {
    const why = `${messageOf(error)}; set another address in ${setting}`;
    throw new CannotListenError(`${host}:${port}`, why, error);
  }
}

/** Cuts off what is being served. Safe for one that does not listen. */
export function closeHttp(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
