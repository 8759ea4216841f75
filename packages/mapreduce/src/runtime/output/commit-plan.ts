/**
 * CommitPlan: which file of which attempt becomes which file of the job's output, settled once, before the first is moved. Hadoop's
 * manifest committer is near (reference mapreduce.md 5.2). Whoever finds a plan carries it out as it stands, so that a commit
 * cut short is finished and never begun a second time. Pure; FileOutputCommitter reads and writes it.
 *
 * Text: a header, one JSON line for each folder (`[to]`) and file (`[from, to, bytes]`), and their number as the last line.
 * Names are relative to the output folder, in its own form (a URL's are encoded).
 */
import { BadCommitPlanError } from '../../errors.js';

export interface PlannedFile {
  readonly from: string;
  readonly to: string;
  /** Of the whole file: one that is there with this size has been moved. */
  readonly bytes: number;
}

export interface CommitPlan {
  /** Parents before what they hold. */
  readonly folders: readonly string[];
  readonly files: readonly PlannedFile[];
}

const HEADER = JSON.stringify({ format: 'bobbin-commit-plan', version: 1 });

/** Merges what attempts wrote: of two files of one name the one added last counts; a folder and a file replace each other. */
export class CommitPlanBuilder {
  private readonly entries = new Map<string, PlannedFile | undefined>();

  addFolder(to: string): void {
    this.makeParents(to);
    if (this.entries.get(to)) this.entries.delete(to);
    this.entries.set(to, undefined);
  }

  addFile(file: PlannedFile): void {
    this.makeParents(file.to);
    if (this.entries.has(file.to) && !this.entries.get(file.to)) this.removeBelow(file.to);
    this.entries.delete(file.to);
    this.entries.set(file.to, file);
  }

  plan(): CommitPlan {
    const folders = [...this.entries].flatMap(([to, file]) => (file ? [] : [to]));
    const files = [...this.entries.values()].filter((file) => file !== undefined);
    return { folders: folders.sort(), files };
  }

  private makeParents(to: string): void {
    const parent = to.slice(0, Math.max(0, to.lastIndexOf('/')));
    if (parent !== '' && (!this.entries.has(parent) || this.entries.get(parent))) this.addFolder(parent);
  }

  private removeBelow(folder: string): void {
    for (const to of this.entries.keys()) if (to.startsWith(`${folder}/`)) this.entries.delete(to);
  }
}

export function encodeCommitPlan({ folders, files }: CommitPlan): string {
  const lines = [
    HEADER,
    ...folders.map((to) => JSON.stringify([to])),
    ...files.map(({ from, to, bytes }) => JSON.stringify([from, to, bytes])),
    String(folders.length + files.length),
  ];
  return `${lines.join('\n')}\n`;
}

/** Throws BadCommitPlanError for anything but a whole plan of this version; `path` names it in the message. */
export function decodeCommitPlan(text: string, path: string): CommitPlan {
  const [header, ...lines] = text.trimEnd().split('\n');
  const count = lines.pop();
  if (header !== HEADER) throw new BadCommitPlanError(path, `its first line is not ${HEADER}`);
  if (count !== String(lines.length)) throw new BadCommitPlanError(path, 'it is not whole');
  const folders: string[] = [];
  const files: PlannedFile[] = [];
  for (const line of lines) {
    const entry = parseEntry(line);
    if (!entry) throw new BadCommitPlanError(path, `'${line}' is no entry`);
    if (typeof entry === 'string') folders.push(entry);
    else files.push(entry);
  }
  return { folders, files };
}

function parseEntry(line: string): string | PlannedFile | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(entry)) return undefined;
  const [first, to, bytes] = entry as unknown[];
  if (typeof first !== 'string') return undefined;
  if (entry.length === 1) return first;
  return typeof to === 'string' && typeof bytes === 'number' ? { from: first, to, bytes } : undefined;
}
