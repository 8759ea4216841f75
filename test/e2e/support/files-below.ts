import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** The files below a folder, relative to it and sorted. Daemons may be deleting there meanwhile: what vanishes is left out. */
export function filesBelow(folder: string): readonly string[] {
  return entriesOf(folder)
    .flatMap((entry) => {
      if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : [];
      return filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path));
    })
    .sort();
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
