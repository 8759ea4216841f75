/**
 * PackageRegistry: what `npm install` asks, answered from this machine alone: our packages as they would be published, packed by pnpm,
 * and those of others as they lie in the repository's node_modules. So a test installs by name, what a package declares and no more.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './bobbin.js';

const run = promisify(execFile);
const INSTALLED = join(repository, 'node_modules/.pnpm');

interface Manifest {
  readonly name: string;
  readonly version: string;
}

export class PackageRegistry {
  private readonly tarballs = new Map<string, Promise<string>>();
  private readonly installed = readdirSync(INSTALLED);

  private constructor(
    private readonly folder: string,
    private readonly own: ReadonlyMap<string, Manifest & { readonly file: string }>,
    private readonly server: Server,
  ) {}

  /** Packs all packages into `folder` and listens on a free port. */
  static async start(folder: string): Promise<PackageRegistry> {
    mkdirSync(folder, { recursive: true });
    const { packageManager } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      packageManager: string;
    };
    const pack = ['-y', packageManager, '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
    await run('npx', pack, { cwd: repository, maxBuffer: 1 << 26 });
    const own = new Map(
      readdirSync(folder).map((name) => {
        const file = join(folder, name);
        const manifest = JSON.parse(fileIn(file, 'package.json')) as Manifest;
        return [manifest.name, { ...manifest, file }];
      }),
    );
    const server = createServer();
    const registry = new PackageRegistry(folder, own, server);
    server.on('request', ({ url = '/' }, response) => {
      registry.answer(decodeURIComponent(url).slice(1)).then(
        (answer) => {
          if (answer === undefined) response.writeHead(404).end('{}');
          else if (typeof answer === 'string')
            response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
          else createReadStream(answer.file).pipe(response);
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Our packages, as they are packed. */
  packed(): readonly { readonly name: string; readonly files: readonly string[]; readonly manifest: string }[] {
    return [...this.own.values()].map(({ name, file }) => ({
      name,
      files: execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n'),
      manifest: fileIn(file, 'package.json'),
    }));
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** A packument for `<name>`, a tarball for `-/<name>@<version>`. */
  private async answer(path: string): Promise<string | { readonly file: string } | undefined> {
    if (path.startsWith('-/')) return { file: await this.tarball(path.slice(2)) };
    const manifests = this.versionsOf(path);
    const [first] = manifests;
    if (!first) return undefined;
    const versions = manifests.map((manifest) => [
      manifest.version,
      { ...manifest, dist: { tarball: `${this.url}-/${manifest.name}@${manifest.version}` } },
    ]);
    return JSON.stringify({
      name: path,
      'dist-tags': { latest: first.version },
      versions: Object.fromEntries(versions) as unknown,
    });
  }

  private versionsOf(name: string): Manifest[] {
    const own = this.own.get(name);
    if (own) return [own];
    const folders = this.installed.filter((folder) => folder.startsWith(`${name.replace('/', '+')}@`));
    return folders
      .map((folder) => join(INSTALLED, folder, 'node_modules', name, 'package.json'))
      .filter((file) => existsSync(file))
      .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Manifest);
  }

  private tarball(id: string): Promise<string> {
    const name = id.slice(0, id.lastIndexOf('@'));
    const own = this.own.get(name);
    if (own) return Promise.resolve(own.file);
    const known = this.tarballs.get(id) ?? this.pack(id, name);
    this.tarballs.set(id, known);
    return known;
  }

  private async pack(id: string, name: string): Promise<string> {
    const folder = this.installed.find((entry) => entry.startsWith(id.replace('/', '+'))) ?? id;
    const file = join(this.folder, `${id.replace('/', '+')}.tar.gz`);
    const from = join(INSTALLED, folder, 'node_modules', name);
    // pnpm's files are hard links, which npm takes out of no tarball.
    await run('tar', [
      '--hard-dereference',
      '--use-compress-program=gzip -1',
      '--transform=s,^\\.,package,',
      '-cf',
      file,
      '-C',
      from,
      '.',
    ]);
    return file;
  }
}

const fileIn = (tarball: string, name: string): string =>
  execFileSync('tar', ['-xzOf', tarball, `package/${name}`], { encoding: 'utf8' });
