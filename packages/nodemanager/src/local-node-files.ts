/** localNodeFiles: NodeFiles on the machine's own file system. Hadoop: RawLocalFileSystem, as the NodeManager's rooms use it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLink, writeContainerFiles, writeDebugFiles } from './containermanager/launcher/container-files.js';
import { exitDiagnostics } from './containermanager/launcher/exit-diagnostics.js';
import { fetchResource } from './containermanager/localizer/fetch-resource.js';
import type { DiskUsage, NodeFiles } from './node-files.js';

export const localNodeFiles: NodeFiles = {
  probe: async (dir) => {
    const file = join(dir, `.probe-${process.pid}`);
    await mkdir(dir, { recursive: true, mode: 0o755 });
    await writeFile(file, 'probe').finally(() => rm(file, { force: true }));
    return usageOf(dir);
  },
  exists: existsSync,
  names: async (folder) => (await readdir(folder).catch(() => [])).sort(),
  makeFolder: async (path, mode) => void (await mkdir(path, { recursive: true, mode })),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true, maxRetries: 2 }),
  fetch: fetchResource,
  writeContainerFiles,
  link: makeLink,
  writeDebugFiles,
  exitDiagnostics,
};

async function usageOf(dir: string): Promise<DiskUsage> {
  const { bsize, blocks, bfree, bavail } = await statfs(dir);
  const used = blocks - bfree;
  // As df counts: what is reserved for root is neither used nor free.
  const usedPercent = used + bavail === 0 ? 0 : (100 * used) / (used + bavail);
  return { usedPercent, freeMb: (bavail * bsize) / (1024 * 1024) };
}
