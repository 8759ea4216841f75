/** Each kind of token: who made it for whom comes out again, and nothing else is accepted. */
import {
  AMRM_TOKEN,
  AMRMTokenSecretManager,
  applicationAttemptId,
  applicationId,
  containerId,
  ContainerTokenSecretManager,
  createClientToAMToken,
  createJobToken,
  decodeShuffleServiceData,
  encodeShuffleServiceData,
  InvalidTokenError,
  jobId,
  jobOfToken,
  newClientToAMKey,
  NM_TOKEN,
  NMContainerTokenSecretManager,
  nodeId,
  NMTokenSecretManager,
  NMTokenSecretManagerInNM,
  RollingKeys,
  sameShuffleHash,
  shuffleReplyHash,
  shuffleUrlHash,
  systemRandom,
  type Token,
} from '../../src/index.js';
import { ControlledClock } from '../../src/testing/index.js';
import { verifyToken } from '../../src/security/token-signature.js';

const app = applicationId(1_700_000_000_000, 7);
const attempt = applicationAttemptId(app, 1);
const node = nodeId('n1.example', 45454);

function keysOf(clock: ControlledClock): RollingKeys {
  return new RollingKeys({ clock, random: systemRandom, rollIntervalMs: 1000, activationDelayMs: 100 });
}

function rollOnce(clock: ControlledClock, keys: RollingKeys): void {
  clock.advance(1000);
  keys.advance();
  clock.advance(100);
  keys.advance();
}

function container(over: object = {}) {
  return {
    containerId: containerId(attempt, 2),
    nodeId: node,
    user: 'ada',
    resource: { memoryMb: 1024, vcores: 1 },
    expiryTimeMs: 1_700_000_600_000,
    rmIdentifier: 1_700_000_000_000,
    priority: 20,
    creationTimeMs: 1_700_000_000_001,
    containerType: 'TASK',
    executionType: 'GUARANTEED',
    version: 0,
    allocationRequestId: -1,
    ...over,
  } as const;
}

describe('AMRM tokens', () => {
  test('name the attempt and the key', () => {
    const clock = new ControlledClock();
    const tokens = new AMRMTokenSecretManager(keysOf(clock), clock);
    const token = tokens.createToken(attempt);
    expect(token).toMatchObject({ kind: 'YARN_AM_RM_TOKEN', service: '' });
    expect(tokens.verify(token)).toEqual({ applicationAttemptId: attempt, keyId: tokens.keys.current.keyId });
  });

  test('are renewed while the caller has another key than the newest, and not after', () => {
    const clock = new ControlledClock();
    const keys = keysOf(clock);
    const tokens = new AMRMTokenSecretManager(keys, clock);
    const { keyId } = tokens.verify(tokens.createToken(attempt));
    expect(tokens.renewedToken(attempt, keyId)).toBeUndefined();
    clock.advance(1000);
    keys.advance();
    const renewed = tokens.renewedToken(attempt, keyId);
    expect(tokens.verify(renewed).keyId).toBe(keys.newest.keyId);
    expect(tokens.renewedToken(attempt, tokens.verify(renewed).keyId)).toBeUndefined();
  });

  test('signed by a key that has rolled out are refused by its number', () => {
    const clock = new ControlledClock();
    const keys = keysOf(clock);
    const tokens = new AMRMTokenSecretManager(keys, clock);
    const token = tokens.createToken(attempt);
    rollOnce(clock, keys);
    expect(tokens.verify(token).applicationAttemptId).toBe(attempt);
    rollOnce(clock, keys);
    expect(() => tokens.verify(token)).toThrow(
      `YARN_AM_RM_TOKEN token for ${attempt} is signed by key ${keys.current.keyId - 2}, which is unknown here: made elsewhere, or too old`,
    );
  });

  test('of Hadoop 3.4.2 are read as far as their identifier', () => {
    const identifier = Buffer.from('0a0d0a09080210fdc6e0ec9f34100110d2ede590fbffffffff01', 'hex');
    const id = AMRM_TOKEN.identifier.decode(identifier);
    expect(id.applicationAttemptId).toBe('appattempt_1795255968637_0002_000001');
    expect(AMRM_TOKEN.identifier.encode(id)).toEqual(identifier);
  });
});

describe('NM tokens', () => {
  function pair(here = node) {
    const clock = new ControlledClock();
    const keys = keysOf(clock);
    const rm = new NMTokenSecretManager(keys);
    const nm = new NMTokenSecretManagerInNM(() => here, clock);
    nm.setMasterKey(keys.newest);
    return { clock, keys, rm, nm };
  }

  test('name attempt and user at the node that they are for', () => {
    const { rm, nm, keys } = pair();
    const { token, nodeId: at } = rm.createToken(attempt, node, 'ada');
    expect([at, token.kind, token.service]).toEqual([node, 'NMToken', node]);
    expect(nm.verify(token)).toEqual({
      applicationAttemptId: attempt,
      nodeId: node,
      user: 'ada',
      keyId: keys.current.keyId,
    });
  });

  test('of another node are refused', () => {
    const { rm, nm } = pair(nodeId('n2.example', 1));
    expect(() => nm.verify(rm.createToken(attempt, node, 'ada').token)).toThrow(
      'NMToken for n1.example:45454 shown to n2.example:1; use the token of this node',
    );
  });

  test('of a running attempt stay good however often keys roll, until it is forgotten', () => {
    const { clock, keys, rm, nm } = pair();
    const { token } = rm.createToken(attempt, node, 'ada');
    expect(nm.keepKeyOf(nm.verify(token))).toBe(true);
    expect(nm.keepKeyOf(nm.verify(token))).toBe(false);
    for (let i = 0; i < 3; i++) {
      rollOnce(clock, keys);
      nm.setMasterKey(keys.newest);
    }
    expect(nm.verify(token).applicationAttemptId).toBe(attempt);
    const restarted = new NMTokenSecretManagerInNM(() => node, clock, nm.state);
    expect(restarted.verify(token).applicationAttemptId).toBe(attempt);
    expect(nm.forget(attempt)).toBe(true);
    expect(nm.forget(attempt)).toBe(false);
    expect(() => nm.verify(token)).toThrow(/unknown here/);
  });
});

describe('container tokens', () => {
  function pair() {
    const clock = new ControlledClock(1_700_000_000_000);
    const keys = keysOf(clock);
    const rm = new ContainerTokenSecretManager(keys);
    const nm = new NMContainerTokenSecretManager(() => node, clock);
    nm.setMasterKey(keys.newest);
    return { clock, keys, rm, nm };
  }

  test('carry all that the NM needs to know of the container', () => {
    const { rm, nm, keys } = pair();
    expect(nm.verify(rm.createToken(container()))).toEqual({ ...container(), masterKeyId: keys.current.keyId });
  });

  test('expire, and say when', () => {
    const { clock, rm, nm } = pair();
    const token = rm.createToken(container());
    clock.advance(600_001);
    expect(() => nm.verify(token)).toThrow(
      'ContainerToken token for container_1700000000000_0007_01_000002 expired at 2023-11-14T22:23:20.000Z; get a new one',
    );
  });

  test('for another node are refused', () => {
    const { rm, nm } = pair();
    expect(() => nm.verify(rm.createToken(container({ nodeId: nodeId('n9', 9) })))).toThrow(
      /is for n9:9, and this is n1/,
    );
  });

  test('stay good while the RM moves to the next key', () => {
    const { clock, keys, rm, nm } = pair();
    const token = rm.createToken(container());
    clock.advance(1000);
    keys.advance();
    nm.setMasterKey(keys.newest);
    expect(nm.verify(token).user).toBe('ada');
    expect(nm.verify(rm.createToken(container())).user).toBe('ada');
  });
});

describe('any token', () => {
  const clock = new ControlledClock();
  const keys = keysOf(clock);
  const good = new AMRMTokenSecretManager(keys, clock).createToken(attempt);
  const flip = (bytes: Uint8Array, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const foreign = new AMRMTokenSecretManager(
    new RollingKeys({
      clock,
      random: systemRandom,
      state: { ...keys.state, current: { ...keys.current, bytes: Buffer.alloc(32) } },
    }),
    clock,
  ).createToken(attempt);

  test.each<[string, Token | undefined, RegExp]>([
    ['none', undefined, /^no token shown; a YARN_AM_RM_TOKEN token is needed$/],
    [
      'another kind',
      { ...good, kind: NM_TOKEN.kind },
      /^token of kind 'NMToken' shown where one of kind 'YARN_AM_RM_TOKEN' is needed$/,
    ],
    [
      'an identifier that is none',
      { ...good, identifier: Buffer.from('ff', 'hex') },
      /^identifier of a YARN_AM_RM_TOKEN token cannot be read: /,
    ],
    [
      'an altered identifier',
      { ...good, identifier: flip(good.identifier, 5) },
      /was altered, or made with another secret/,
    ],
    ['an altered password', { ...good, password: flip(good.password, 0) }, /was altered, or made with another secret/],
    [
      'a password cut short',
      { ...good, password: good.password.subarray(1) },
      /was altered, or made with another secret/,
    ],
    ['the right key id with another secret', foreign, /was altered, or made with another secret/],
  ])('is refused, and the reason said: %s', (_, token, message) => {
    const verify = (): unknown => verifyToken(AMRM_TOKEN, token, keys.known, clock.now());
    expect(verify).toThrow(InvalidTokenError);
    expect(verify).toThrow(message);
  });
});

describe('job tokens', () => {
  const job = jobId(app);
  const token = createJobToken(job, systemRandom);

  test('name the job and survive as service data of the shuffle', () => {
    expect(token).toMatchObject({ kind: 'mapreduce.job', service: job });
    expect(jobOfToken(decodeShuffleServiceData(encodeShuffleServiceData(token)))).toBe(job);
  });

  test('the service data begins as Hadoop writes it: vint, identifier of vint and text', () => {
    const text = Buffer.from(job);
    const head = Buffer.concat([Buffer.from([text.length + 1, text.length]), text, Buffer.from([32])]);
    expect(encodeShuffleServiceData(token).subarray(0, head.length)).toEqual(head);
  });

  test('a token of another kind has no job', () => {
    expect(() => jobOfToken({ ...token, kind: 'NMToken' })).toThrow(
      /'NMToken' shown where one of kind 'mapreduce.job'/,
    );
  });

  test('the hash of a shuffle request is HMAC-SHA1 in base64 over port, path and query', () => {
    // RFC 2202, test case 2.
    const expected = Buffer.from('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79', 'hex').toString('base64');
    expect(shuffleReplyHash(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(expected);
    const hash = shuffleUrlHash(token.password, 13562, '/mapOutput?job=x');
    expect(sameShuffleHash(shuffleReplyHash(token.password, '13562/mapOutput?job=x'), hash)).toBe(true);
    expect(sameShuffleHash(hash, shuffleUrlHash(token.password, 13563, '/mapOutput?job=x'))).toBe(false);
  });
});

test('a client-to-AM token is good for one attempt only, because each has its own key', () => {
  const key = newClientToAMKey(systemRandom);
  expect(key).toHaveLength(32);
  const token = createClientToAMToken(key, attempt, 'ada', 'am.example:1');
  expect(token).toMatchObject({ kind: 'YARN_CLIENT_TOKEN', service: 'am.example:1' });
});
