/** Nobody talks on an umbilical who does not know the job token. */
import { systemRandom, toContainerId } from '@bobbin/common';
import type { Frame } from '../../src/umbilical/frame.js';
import { ClientHandshake, ServerHandshake } from '../../src/umbilical/handshake.js';

const container = toContainerId('container_1700000000000_0001_01_000002');
const token = Buffer.from('the job token');
const wrong = Buffer.from('another token');

const client = (jobToken = token): ClientHandshake => new ClientHandshake(container, jobToken, systemRandom);
const server = (jobToken = token): ServerHandshake => new ServerHandshake(jobToken, systemRandom);

test('both sides that know the token agree on the container', () => {
  const [child, am] = [client(), server()];
  const proof = child.answer(am.challenge(child.hello()));
  expect(am.verify(proof)).toBe(container);
  expect(() => child.finish({ welcome: true })).not.toThrow();
});

test('a child does not talk to an AM with another token', () => {
  const child = client();
  const challenge = server(wrong).challenge(child.hello());
  expect(() => child.answer(challenge)).toThrow('who answers at the address of the AM does not know the job token');
});

test('a child that skips the check of the AM still fails its own proof', () => {
  const am = server();
  const child = client(wrong);
  am.challenge(child.hello());
  const forged = client(wrong).hello();
  expect(() => am.verify({ proof: forged['nonce'] })).toThrow(`the child of ${container} does not know the job token`);
});

test('the AM is not fooled by its own proof sent back', () => {
  const am = server();
  const challenge = am.challenge(client().hello());
  expect(() => am.verify({ proof: challenge['proof'] })).toThrow('does not know the job token');
});

test('a proof is bound to the container and the nonces it was made for', () => {
  const child = client();
  const am = server();
  const challenge = am.challenge(child.hello());
  const proof = child.answer(challenge);
  const other = server();
  other.challenge({ ...child.hello(), containerId: 'container_1700000000000_0001_01_000003' });
  expect(() => other.verify(proof)).toThrow('does not know the job token');
});

test('a child that is told why it is refused says so', () => {
  expect(() => client().answer({ refused: 'no' })).toThrow('the AM refused: no');
  expect(() => client().finish({ refused: 'no' })).toThrow('the AM refused: no');
  expect(() => client().finish({})).toThrow('the AM neither welcomed nor refused');
});

test.each<[string, Frame, string]>([
  ['no greeting', {}, "a child must begin with hello 'bobbin-umbilical', version 1"],
  ['another version', { ...client().hello(), version: 2 }, 'version 1'],
  ['no container id', { ...client().hello(), containerId: 7 }, "'7' is not a container id"],
  ['no nonce', { ...client().hello(), nonce: undefined }, "field 'nonce' of a handshake must be 32 bytes in base64"],
  ['a short nonce', { ...client().hello(), nonce: 'AAAA' }, "field 'nonce' of a handshake must be 32 bytes in base64"],
])('a hello with %s is refused by name', (_, hello, message) => {
  expect(() => server().challenge(hello)).toThrow(message);
});

test('a proof before the hello is refused', () => {
  expect(() => server().verify({ proof: '' })).toThrow('a proof came before the hello');
});
