/**
 * A cluster of one process that answers from a script: RM and AppMaster over real gRPC, a NodeManager's logs over HTTP, all on ports the
 * system chose; and the `bobbin` command run against it in this process.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import {
  applicationClientProtocol,
  authenticateClient,
  foregroundClock,
  mrClientProtocol,
  RpcServer,
  type ApplicationClientProtocol,
  type ApplicationReport,
  type Handlers,
  type MRClientProtocol,
} from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { explain } from '../../src/explain.js';
import { makeProgram } from '../../src/program.js';
import { EXIT } from '../../src/program-frame.js';
import { recordingIO, type RecordingIO } from './recording-io.js';

/** Answers by method, to be set one by one. */
type Script<P> = { -readonly [M in keyof Handlers<P>]?: Handlers<P>[M] };

export interface FakeCluster {
  readonly path: string;
  /** Answers of the RM and of AppMasters, by method; a test sets what it needs. */
  readonly rm: Script<ApplicationClientProtocol>;
  readonly am: Script<MRClientProtocol>;
  /** Log files of the NodeManager by container and name. */
  readonly logs: Record<string, Record<string, string>>;
  readonly nodeHttpAddress: string;
  /** The report of an application whose AppMaster is this process. */
  running(report: ApplicationReport): ApplicationReport;
  run(...args: string[]): Promise<Result>;
  /** As `run`, with the command's own world in hand. */
  start(...args: string[]): { readonly io: RecordingIO; readonly result: Promise<Result> };
  stop(): Promise<void>;
}

export interface Result {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

export async function fakeCluster(): Promise<FakeCluster> {
  const dir = tempDir('bobbin-cli-');
  const rm: Script<ApplicationClientProtocol> = {};
  const am: Script<MRClientProtocol> = {};
  const logs: Record<string, Record<string, string>> = {};
  const server = new RpcServer({ host: '127.0.0.1', port: 0 });
  const open = authenticateClient(undefined);
  server.register(applicationClientProtocol, rm as Handlers<ApplicationClientProtocol>, open);
  server.register(mrClientProtocol, am as Handlers<MRClientProtocol>, open);
  const port = await server.start();
  const web = createServer((request, response) => {
    if (request.url?.endsWith('/containers-with-logs')) {
      return response.end(JSON.stringify({ containers: Object.keys(logs) }));
    }
    const [, container = '', file] = /\/containers\/([^/]+)\/logs(?:\/([^?]+))?/.exec(request.url ?? '') ?? [];
    const files = logs[container];
    if (!files) return response.writeHead(404).end('{"RemoteException":{"message":"no such container"}}');
    const start = Number(new URL(request.url ?? '', 'http://x').searchParams.get('start'));
    if (file !== undefined) return response.end(files[decodeURIComponent(file)]?.slice(start));
    const containerLogInfo = Object.entries(files).map(([fileName, text]) => ({
      fileName,
      fileSize: String(text.length),
      lastModifiedTime: '2026-11-21T10:00:00.000Z',
    }));
    response.end(JSON.stringify({ containerLogsInfo: [{ containerLogInfo }] }));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const conf = join(dir.path, 'conf');
  mkdirSync(conf);
  const properties = {
    'yarn.resourcemanager.address': `127.0.0.1:${port}`,
    'yarn.app.mapreduce.am.staging-dir': join(dir.path, 'staging'),
    'bobbin.client.connect.max-wait-ms': '0',
  };
  writeFileSync(join(conf, 'bobbin.json'), JSON.stringify(properties));

  const start = (...args: string[]) => {
    const io = recordingIO({ HADOOP_USER_NAME: 'ann', BOBBIN_DIR: dir.path }, foregroundClock);
    return { io, result: execute(io, args) };
  };
  return {
    path: dir.path,
    rm,
    am,
    logs,
    nodeHttpAddress: `127.0.0.1:${(web.address() as AddressInfo).port}`,
    running: (report) => ({
      ...report,
      state: 'RUNNING',
      finalApplicationStatus: 'UNDEFINED',
      host: '127.0.0.1',
      rpcPort: port,
    }),
    start,
    run: (...args) => start(...args).result,
    stop: async () => {
      await server.stop();
      web.closeAllConnections();
      web.close();
      dir[Symbol.dispose]();
    },
  };
}

async function execute(io: RecordingIO, args: readonly string[]): Promise<Result> {
  let code = 0;
  try {
    await makeProgram(io, '0.0.0', (value) => void (code = value)).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? 0 : EXIT.USAGE;
    else {
      code = EXIT.FAILED;
      io.warn(explain(error));
    }
  }
  return { code, out: io.printed, err: io.warned };
}
