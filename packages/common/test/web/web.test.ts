/** What the pages of all daemons share: who is let in, errors in Hadoop's form, and a server that says why it cannot listen. */
import { createServer, type RequestListener } from 'node:http';
import {
  ApplicationNotFoundError,
  authenticateWeb,
  BadRequestError,
  closeHttp,
  encodeToken,
  listenHttp,
  listenHttpAt,
  sendError,
  SharedSecret,
  systemClock,
  TOKEN_HEADER,
} from '../../src/index.js';
import { recordingLogger } from '../../src/testing/index.js';

async function answerOf(listener: RequestListener): Promise<{ status: number; body: unknown }> {
  const server = createServer(listener);
  const port = await listenHttp(server, { host: '127.0.0.1', port: 0 });
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    return { status: response.status, body: await response.json() };
  } finally {
    await closeHttp(server);
  }
}

test.each<[error: Error, status: number, exception: string, javaClassName: string]>([
  [new BadRequestError('no'), 400, 'YarnException', 'org.apache.hadoop.yarn.exceptions.YarnException'],
  [
    new ApplicationNotFoundError('application_1_0001'),
    404,
    'ApplicationNotFoundException',
    'org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException',
  ],
  [new URIError('URI malformed'), 400, 'BadRequestException', 'BadRequestException'],
  [new Error('a secret of the server'), 500, 'WebApplicationException', 'WebApplicationException'],
])('%s is answered with %d %s', async (error, status, exception, javaClassName) => {
  const log = recordingLogger();
  const answer = await answerOf((_, response) => sendError(response, error, log));
  expect(answer).toMatchObject({ status, body: { RemoteException: { exception, javaClassName } } });
  expect(JSON.stringify(answer.body)).not.toContain('a secret of the server');
});

test('an address in use is refused by name, with the setting that would change it', async () => {
  const first = createServer();
  const port = await listenHttp(first, { host: '127.0.0.1', port: 0 });
  await expect(listenHttpAt(createServer(), { host: '127.0.0.1', port }, 'some.web.address')).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
    message: expect.stringMatching(`127.0.0.1:${port}.*some.web.address`) as unknown,
  });
  await closeHttp(first);
  await closeHttp(first);
});

test('without a secret everybody reads; with one, whoever shows a client token', () => {
  expect(() => authenticateWeb(undefined)(undefined)).not.toThrow();
  const secret = new SharedSecret(Buffer.alloc(32, 7), systemClock);
  const check = authenticateWeb(secret);
  expect(() => check(undefined)).toThrow(TOKEN_HEADER);
  expect(() => check('not a token')).toThrow();
  expect(() => check(encodeToken(secret.clientToken('alice')).toString('base64'))).not.toThrow();
});
