/**
 * listInputFiles: the files that input paths name, hidden ones left out. Hadoop: FileInputFormat.listStatus with GlobFilter.
 * A path may be a file, a folder, or a pattern of either. Problems are gathered, so that a user sees all of them at once.
 */
import { messageOf, type FileStatus, type FileSystem } from '@bobbin/common';
import { isPattern, toRegExp, unescape } from './glob.js';
import { unreadableSuffix } from './packed-input.js';

export interface ListOptions {
  /** Also the folders inside the folders named. */
  readonly recursive: boolean;
  /** Folders inside the folders named are passed over; otherwise they are a problem. */
  readonly ignoreSubdirs: boolean;
}

export interface InputFiles {
  readonly files: readonly FileStatus[];
  readonly problems: readonly string[];
}

export async function listInputFiles(fs: FileSystem, path: string, options: ListOptions): Promise<InputFiles> {
  const files: FileStatus[] = [];
  const problems: string[] = [];
  let matches: readonly FileStatus[];
  try {
    matches = await expand(fs, path);
  } catch (error) {
    return { files, problems: [`Input path cannot be read: ${messageOf(error)}`] };
  }
  if (matches.length === 0) {
    problems.push(isPattern(path) ? `Input Pattern ${path} matches 0 files` : `Input path does not exist: ${path}`);
  }
  for (const match of matches) {
    if (match.type !== 'directory') addFile(match);
    else await addFolder(match, true);
  }
  return { files, problems };

  async function addFolder(folder: FileStatus, named: boolean): Promise<void> {
    if (!named && !options.recursive) {
      if (options.ignoreSubdirs) return;
      problems.push(
        `Input path ${path} contains the folder ${folder.path}; set mapreduce.input.fileinputformat.input.dir.recursive=true to read ` +
          'it, or mapreduce.input.fileinputformat.input.dir.nonrecursive.ignore.subdirs=true to pass over it',
      );
      return;
    }
    try {
      for (const child of await fs.list(folder.path)) {
        if (isHidden(nameOf(child.path))) continue;
        if (child.type === 'directory') await addFolder(child, false);
        else addFile(child);
      }
    } catch (error) {
      problems.push(`Input path cannot be read: ${messageOf(error)}`);
    }
  }

  function addFile(file: FileStatus): void {
    const suffix = unreadableSuffix(file.path);
    if (file.type !== 'file') problems.push(`Input path is not a regular file: ${file.path}`);
    else if (suffix !== undefined) {
      problems.push(
        `Input path is compressed (${suffix}), which this release cannot read: ${file.path}; decompress it first`,
      );
    } else files.push(file);
  }
}

/** What a path names, its patterns expanded component by component, sorted by path. */
async function expand(fs: FileSystem, path: string): Promise<readonly FileStatus[]> {
  if (!isPattern(path)) {
    const plain = unescape(path);
    return (await fs.exists(plain)) ? [await fs.stat(plain)] : [];
  }
  const [, root = '', rest = ''] = /^((?:[a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)?\/*)(.*)$/is.exec(path) ?? [];
  const components = rest.split('/').filter((component) => component !== '');
  const fixed = components.findIndex((component) => isPattern(component));
  let found = [await statOrNone(fs, root + unescape(components.slice(0, fixed).join('/')) || '.')].flat();
  for (const component of components.slice(fixed)) {
    const next: FileStatus[] = [];
    const wanted = toRegExp(component);
    for (const folder of found) {
      if (folder.type !== 'directory') continue;
      for (const child of await fs.list(folder.path)) {
        const name = nameOf(child.path);
        if (wanted.test(name) && (!isHidden(name) || /^[._]/.test(component))) next.push(child);
      }
    }
    found = next;
  }
  return found;
}

async function statOrNone(fs: FileSystem, path: string): Promise<FileStatus[]> {
  return (await fs.exists(path)) ? [await fs.stat(path)] : [];
}

function isHidden(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.');
}

/** The last component of a URL, decoded. */
function nameOf(path: string): string {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? decodeURIComponent(name) : name;
}
