/** The same calls over TLS, with and without a certificate of the caller. The certificate in data/tls signs itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStub, nodeId, nodeSignalProtocol, RpcServer, type ClientTls, type YarnError } from '../../src/index.js';

const cert = readFileSync(join(__dirname, '../data/tls/cert.pem'));
const key = readFileSync(join(__dirname, '../data/tls/key.pem'));

async function callWith(tls: ClientTls | undefined, mutual: boolean): Promise<unknown> {
  const server = new RpcServer({ host: '127.0.0.1', port: 0, tls: { cert, key, ...(mutual && { ca: cert }) } });
  server.register(nodeSignalProtocol, { awaitSignal: () => ({ heartbeatNow: true }) }, () => ({
    kind: 'node',
    authMethod: 'SIMPLE',
  }));
  const port = await server.start();
  const address = `localhost:${port}`;
  const stub = createStub(nodeSignalProtocol, { address, credentials: { user: 'nm' }, ...(tls && { tls }) });
  try {
    return await stub.awaitSignal({ nodeId: nodeId('n1', 1), waitMs: 0 });
  } catch (error) {
    return (error as YarnError).code;
  } finally {
    stub.close();
    await server.stop(0);
  }
}

test.each<[string, ClientTls | undefined, boolean, unknown]>([
  ['a caller that trusts the server is answered', { ca: cert }, false, { heartbeatNow: true }],
  [
    'a caller with a certificate is answered where one is wanted',
    { ca: cert, cert, key },
    true,
    { heartbeatNow: true },
  ],
  ['a caller without a certificate is not, where one is wanted', { ca: cert }, true, 'UNREACHABLE'],
  ['a caller without TLS is not answered', undefined, false, 'UNREACHABLE'],
])('%s', async (_, tls, mutual, outcome) => {
  expect(await callWith(tls, mutual)).toEqual(outcome);
});
