/** The shuffle over real HTTP: Hadoop's request and answer, good and bad. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  createJobToken,
  encodeShuffleServiceData,
  jobId,
  shuffleReplyHash,
  shuffleUrlHash,
  systemRandom,
} from '@bobbin/common';
import { recordingLogger, tempDir } from '@bobbin/common/testing';
import { ShuffleHandler } from '../../../src/containermanager/auxservices/shuffle-handler.js';
import { MemoryNMStateStore } from '../../../src/recovery/memory-nm-state-store.js';
import { APP } from '../../node-stand.js';

const JOB = jobId(APP);
const map = (n: number): string => `attempt_${JOB.slice(4)}_m_00000${n}_0`;
const TOKEN = createJobToken(JOB, systemRandom);

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

class Stand implements AsyncDisposable {
  readonly dir = tempDir();
  readonly store = new MemoryNMStateStore();
  readonly handler: ShuffleHandler;

  constructor(more: { maxConnections?: number; bufferBytes?: number; port?: number } = {}) {
    this.handler = new ShuffleHandler({
      log: recordingLogger(),
      store: this.store,
      dirs: { allLocalDirs: [join(this.dir.path, 'a'), join(this.dir.path, 'b')] },
      host: '127.0.0.1',
      port: 0,
      maxConnections: 0,
      keepAlive: false,
      keepAliveTimeoutMs: 5000,
      listenQueueSize: 128,
      bufferBytes: 4096,
      ...more,
    });
  }

  static async start(more: ConstructorParameters<typeof Stand>[0] = {}): Promise<Stand> {
    const stand = new Stand(more);
    await stand.handler.start();
    stand.handler.initializeApplication(APP, 'alice', encodeShuffleServiceData(TOKEN));
    return stand;
  }

  /** Writes an output with these parts; partition n is parts[n]. */
  output(attempt: string, parts: readonly Buffer[], disk = 'a'): string {
    const folder = join(this.dir.path, disk, 'usercache', 'alice', 'appcache', APP, 'output', attempt);
    mkdirSync(folder, { recursive: true });
    const index = Buffer.alloc(24 * parts.length + 8);
    let start = 0;
    parts.forEach((part, n) => {
      index.writeBigInt64BE(BigInt(start), 24 * n);
      index.writeBigInt64BE(BigInt(part.length + 100), 24 * n + 8);
      index.writeBigInt64BE(BigInt(part.length), 24 * n + 16);
      start += part.length;
    });
    index.writeBigInt64BE(BigInt(crc32(index.subarray(0, -8))), index.length - 8);
    writeFileSync(join(folder, 'file.out'), Buffer.concat(parts));
    writeFileSync(join(folder, 'file.out.index'), index);
    return folder;
  }

  get(url: string, headers: Record<string, string> = this.headers(url), method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port: this.handler.port, path: url, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      call.on('error', reject);
      call.end();
    });
  }

  headers(url: string): Record<string, string> {
    return { name: 'mapreduce', version: '1.0.0', UrlHash: shuffleUrlHash(TOKEN.password, this.handler.port, url) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handler.stop();
    this.dir[Symbol.dispose]();
  }
}

/** Text, two VLongs and a VInt, all below 128 or in Hadoop's two-byte form. */
function header(attempt: string, part: number, reduce: number): Buffer {
  const vint = (n: number): number[] => {
    if (n <= 127) return [n];
    const bytes = n < 256 ? [n] : n < 65536 ? [n >> 8, n & 255] : [n >> 16, (n >> 8) & 255, n & 255];
    return [256 - 112 - bytes.length, ...bytes];
  };
  const id = Buffer.from(attempt);
  return Buffer.from([...vint(id.length), ...id, ...vint(part), ...vint(part + 100), ...vint(reduce)]);
}

const url = (maps: string, reduce: number | string = 0, job: string = JOB): string =>
  `/mapOutput?job=${job}&reduce=${reduce}&map=${maps}`;

describe('ShuffleHandler', () => {
  test('serves the parts of several maps, in the order asked for, from whatever disk they are on', async () => {
    await using stand = await Stand.start();
    const big = systemRandom.bytes(100_000);
    stand.output(map(1), [Buffer.from('zero'), big]);
    stand.output(map(2), [Buffer.from('x'), Buffer.alloc(0)], 'b');
    const wanted = url(`${map(2)},${map(1)}`, 1);
    const { status, headers, body } = await stand.get(wanted);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      name: 'mapreduce',
      version: '1.0.0',
      replyhash: shuffleReplyHash(TOKEN.password, stand.headers(wanted)['UrlHash'] ?? ''),
      'content-length': String(body.length),
      connection: 'close',
    });
    expect(body.equals(Buffer.concat([header(map(2), 0, 1), header(map(1), 100_000, 1), big]))).toBe(true);
  });

  test('keeps the connection when the reducer asks for it', async () => {
    await using stand = await Stand.start();
    stand.output(map(1), [Buffer.from('part')]);
    expect((await stand.get(`${url(map(1))}&keepAlive=true`)).headers['connection']).toBe('keep-alive');
  });

  test.each<[what: string, status: number, change: (stand: Stand) => Promise<Answer>]>([
    ['not GET', 405, (s) => s.get(url(map(1)), s.headers(url(map(1))), 'POST')],
    ['another name', 400, (s) => s.get(url(map(1)), { ...s.headers(url(map(1))), name: 'spark' })],
    ['another version', 400, (s) => s.get(url(map(1)), { ...s.headers(url(map(1))), version: '2.0.0' })],
    ['another path', 404, (s) => s.get('/etc/passwd')],
    ['no map', 400, (s) => s.get(`/mapOutput?job=${JOB}&reduce=0`)],
    ['no reduce', 400, (s) => s.get(`/mapOutput?job=${JOB}&map=${map(1)}`)],
    ['two jobs', 400, (s) => s.get(`${url(map(1))}&job=${JOB}`)],
    ['a reduce that is no number', 400, (s) => s.get(url(map(1), '-1'))],
    ['a partition that is not there', 400, (s) => s.get(url(map(1), 5))],
    ['a map of another job', 400, (s) => s.get(url('attempt_1_0001_m_000000_0'))],
    ['a map that is a path', 400, (s) => s.get(url('../../../../etc'))],
    ['a map that is a path, encoded', 400, (s) => s.get(url(`${map(1)}%2F..%2F..`))],
    ['a job that is none', 400, (s) => s.get(url(map(1), 0, 'job_x'))],
    ['a job this node never heard of', 401, (s) => s.get(url('attempt_1_0001_m_000000_0', 0, 'job_1_0001'))],
    ['no hash', 401, (s) => s.get(url(map(1)), { name: 'mapreduce', version: '1.0.0' })],
    ['the hash of another request', 401, (s) => s.get(url(map(1)), s.headers(url(map(2))))],
    ['a hash that is none', 401, (s) => s.get(url(map(1)), { ...s.headers(url(map(1))), UrlHash: 'AAAA' })],
    ['an output that is not there', 500, (s) => s.get(url(map(9)))],
  ])('answers %s with %d', async (_, status, change) => {
    await using stand = await Stand.start();
    stand.output(map(1), [Buffer.from('part')]);
    const answer = await change(stand);
    expect([answer.status, answer.headers['replyhash']]).toEqual([status, undefined]);
  });

  test('an index that does not match its checksum is not believed', async () => {
    await using stand = await Stand.start();
    const folder = stand.output(map(1), [Buffer.from('part')]);
    const index = Buffer.alloc(32);
    writeFileSync(join(folder, 'file.out.index'), index.fill(1));
    const { status, body } = await stand.get(url(map(1)));
    expect(status).toBe(500);
    expect(body.toString()).toContain('checksum');
  });

  test('an output shorter than its index says ends the answer early: the reducer sees a broken transfer', async () => {
    await using stand = await Stand.start();
    const folder = stand.output(map(1), [Buffer.alloc(50_000)]);
    writeFileSync(join(folder, 'file.out'), Buffer.alloc(10));
    await expect(stand.get(url(map(1)))).rejects.toThrow(/aborted|hang up|reset/);
  });

  test('turns the one too many away with 429 and a hint when to come back', async () => {
    await using stand = await Stand.start({ maxConnections: 1 });
    const idle = connect(stand.handler.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    stand.output(map(1), [Buffer.from('part')]);
    const { status, headers } = await stand.get(url(map(1)));
    expect([status, headers['retry-after']]).toEqual([429, '1000']);
    idle.destroy();
  });

  test('a reducer that reads nothing holds two buffers and no more, and one that leaves does no harm', async () => {
    await using stand = await Stand.start({ bufferBytes: 65_536 });
    stand.output(map(1), [Buffer.alloc(64 << 20)]);
    const wanted = url(map(1));
    const lines = Object.entries(stand.headers(wanted)).map(([name, value]) => `${name}: ${value}\r\n`);
    const before = process.memoryUsage().arrayBuffers;
    const socket = connect(stand.handler.port, '127.0.0.1');
    socket.write(`GET ${wanted} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`);
    await new Promise((resolve) => socket.once('readable', resolve));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    socket.destroy();
    stand.output(map(2), [Buffer.from('part')]);
    expect((await stand.get(url(map(2)))).status).toBe(200);
  });

  test('forgets the secret with the application', async () => {
    await using stand = await Stand.start();
    stand.output(map(1), [Buffer.from('part')]);
    stand.handler.stopApplication(APP);
    expect((await stand.get(url(map(1)))).status).toBe(401);
  });

  test('one that starts again knows its jobs, under its old port', async () => {
    await using stand = await Stand.start();
    stand.output(map(1), [Buffer.from('part')]);
    stand.store.commit();
    const { port } = stand.handler;
    await stand.handler.stop();
    const again = new ShuffleHandler({ ...depsOf(stand) });
    await again.start();
    expect(again.port).toBe(port);
    expect((await stand.get(url(map(1)))).status).toBe(200);
    await again.stop();
  });

  test('a port in use is said with the setting to change', async () => {
    await using stand = await Stand.start();
    const second = new Stand({ port: stand.handler.port });
    await expect(second.handler.start()).rejects.toThrow(/mapreduce.shuffle.port/);
    second.dir[Symbol.dispose]();
  });

  test('service data that is no token does not become a job', async () => {
    await using stand = new Stand();
    await stand.handler.start();
    expect(() => stand.handler.initializeApplication(APP, 'alice', Buffer.from('nonsense'))).toThrow();
    expect((await stand.get(url(map(1)))).status).toBe(401);
  });

  test('an output that was deleted meanwhile is a server error, not an empty part', async () => {
    await using stand = await Stand.start();
    const folder = stand.output(map(1), [Buffer.from('part')]);
    rmSync(join(folder, 'file.out'));
    await expect(stand.get(url(map(1)))).rejects.toThrow(/aborted|hang up|reset/);
  });
});

function depsOf(stand: Stand): ConstructorParameters<typeof ShuffleHandler>[0] {
  return {
    log: recordingLogger(),
    store: stand.store,
    dirs: { allLocalDirs: [join(stand.dir.path, 'a')] },
    host: '127.0.0.1',
    port: 0,
    maxConnections: 0,
    keepAlive: false,
    keepAliveTimeoutMs: 5000,
    listenQueueSize: 128,
    bufferBytes: 4096,
  };
}
