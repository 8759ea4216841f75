/** The secret file and the tokens that stand on it. */
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOrCreateSecret, loadSecret, SharedSecret, systemRandom } from '../../src/index.js';
import { ControlledClock, tempDir } from '../../src/testing/index.js';

test('a missing file is made with mode 0600, and the same secret is read again', () => {
  using dir = tempDir();
  const path = join(dir.path, 'conf', 'secret');
  const made = loadOrCreateSecret(path, systemRandom);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(loadOrCreateSecret(path, systemRandom)).toEqual(made);
  expect(loadSecret(path)).toEqual(made);
  expect(readdirSync(join(dir.path, 'conf'))).toEqual(['secret']);
});

test('a file that others may read is refused, and the message says how to mend it', () => {
  using dir = tempDir();
  const path = join(dir.path, 'secret');
  loadOrCreateSecret(path, systemRandom);
  chmodSync(path, 0o640);
  expect(() => loadSecret(path)).toThrow(`secret file ${path} has mode 0640: others may use it; run chmod 600 ${path}`);
});

test('a short secret and a missing file are refused', () => {
  using dir = tempDir();
  const path = join(dir.path, 'secret');
  expect(() => loadSecret(path)).toThrow(/cannot be read: ENOENT/);
  writeFileSync(path, 'hunter2\n', { mode: 0o600 });
  expect(() => loadSecret(path)).toThrow(`secret file ${path} has 7 characters; at least 32 are needed`);
});

test('a client token names its user, and a node token is no client token', () => {
  const secret = new SharedSecret(Buffer.alloc(32, 1), new ControlledClock());
  expect(secret.verifyClient(secret.clientToken('ada'))).toBe('ada');
  expect(() => secret.verifyNode(secret.nodeToken('n1'))).not.toThrow();
  expect(() => secret.verifyClient(secret.nodeToken('n1'))).toThrow(
    /'BOBBIN_NODE_TOKEN' shown where one of kind 'RM_DEL/,
  );
  const disguised = { ...secret.nodeToken('ada'), kind: 'RM_DELEGATION_TOKEN' };
  expect(() => secret.verifyClient(disguised)).toThrow(/altered/);
});

test('a token expires, and one of another cluster is told apart', () => {
  const clock = new ControlledClock();
  const secret = new SharedSecret(Buffer.alloc(32, 1), clock);
  const token = secret.clientToken('ada', 1000);
  clock.advance(1000);
  expect(secret.verifyClient(token)).toBe('ada');
  clock.advance(1);
  expect(() => secret.verifyClient(token)).toThrow(/RM_DELEGATION_TOKEN token for ada expired at /);
  const elsewhere = new SharedSecret(Buffer.alloc(32, 2), clock);
  expect(() => secret.verifyClient(elsewhere.clientToken('ada'))).toThrow(/signed by key -?\d+, which is unknown here/);
});
