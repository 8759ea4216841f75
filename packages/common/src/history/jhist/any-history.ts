/**
 * One way to read a history whoever wrote it: this release's lines, or a `.jhist` of Hadoop in JSON or binary. For the commands
 * that show, export and replay; an AppMaster reads its own kind only (history-file).
 */
import { open, readFile } from 'node:fs/promises';
import { HistoryFileError, readHistory, type HistoryFile } from '../history-file.js';
import { isJhist, parseJhist, type JhistFormat } from './jhist-file.js';

export interface AnyHistory extends HistoryFile {
  readonly format: 'bobbin' | JhistFormat;
}

const LONGEST_MARK = 16;

/** Rejects with HistoryFileError where the file is missing or no history. */
export async function readAnyHistory(path: string): Promise<AnyHistory> {
  if (!(await beginsLikeJhist(path))) return { format: 'bobbin', ...(await readHistory(path)) };
  try {
    return parseJhist(await readFile(path));
  } catch (error) {
    throw new HistoryFileError(path, error);
  }
}

async function beginsLikeJhist(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_MARK), 0, LONGEST_MARK, 0);
      return isJhist(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new HistoryFileError(path, error);
  }
}
