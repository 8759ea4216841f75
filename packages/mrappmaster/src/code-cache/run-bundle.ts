/**
 * runBundle: the outer layer of `am.cjs` and `task.cjs`, which carry their program as a text. It runs that with the code V8 made of it at
 * an earlier start on this node, so that a start neither parses nor compiles. Hadoop has no peer; the JVM calls it class data sharing.
 * The code lies beside the localized bundle and goes with it: `task.cjs.v24.21.0-x64-<options>.map`, one file for each thing the bundle is
 * started for, since each runs other functions, and for each set of Node's options, since V8 refuses code that was made under others. The
 * first start that ends well writes it. What a disk has changed V8 would run until it crashes, so a checksum stands behind it. A cache that is missing, refused or
 * cannot be written costs time, nothing else.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** What Node's module wrapper gives to `task.cjs`, and its program. */
export interface Bundle {
  readonly program: string;
  /** The bundle's own path. */
  readonly file: string;
  readonly require: NodeJS.Require;
  readonly module: NodeJS.Module;
  /** What the bundle is started for: a word that may stand in a file name. */
  readonly purpose: string;
  /** What the outer layer has begun; the program sees it as `early`. */
  readonly early?: unknown;
  /** Node's own switch `NODE_DISABLE_COMPILE_CACHE=1` turns this off, too. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the program sees as `codeCache`. */
export interface CodeCache {
  /** Keeps the functions that were compiled until now, unless that was done at an earlier start. Takes some ms then. Never throws. */
  keep(): void;
}

const WRAPPER = '(function(exports,require,module,__filename,codeCache,early){';
const CHECKSUM_BYTES = 4;

/** Throws what the program throws while it is loaded. */
export function runBundle({ program, file, require, module, purpose, early, env }: Bundle): void {
  const isEnabled = env['NODE_DISABLE_COMPILE_CACHE'] !== '1';
  const options = crc32(process.execArgv.join('\0')).toString(16);
  const path = `${file}.${process.version}-${process.arch}-${options}.${purpose}`;
  const known = isEnabled ? readCode(path) : undefined;
  const script = new Script(`${WRAPPER}${program}\n})`, {
    filename: file,
    columnOffset: -WRAPPER.length,
    ...(known && { cachedData: known }),
  });
  let isWanted = isEnabled && (known === undefined || script.cachedDataRejected === true);
  const codeCache: CodeCache = {
    keep: () => {
      if (isWanted) writeCode(path, script.createCachedData());
      isWanted = false;
    },
  };
  type Program = (...given: readonly unknown[]) => void;
  (script.runInThisContext() as Program).call(module.exports, module.exports, require, module, file, codeCache, early);
}

function readCode(path: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < 0) return undefined;
  const code = bytes.subarray(0, end);
  return crc32(code) === bytes.readUInt32BE(end) ? code : undefined;
}

/** Whole or not at all: processes that start at once write it at once. */
function writeCode(path: string, code: Buffer): void {
  const temporary = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    const checksum = Buffer.alloc(CHECKSUM_BYTES);
    checksum.writeUInt32BE(crc32(code));
    writeFileSync(temporary, Buffer.concat([code, checksum]), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}
