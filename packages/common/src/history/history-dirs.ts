/**
 * Where finished histories lie and what their names say. Hadoop: mapreduce.v2.jobhistory.{JobHistoryUtils,FileNameIndexUtils,
 * JobIndexInfo} (reference mapreduce.md 6.3). The index of a job is in its file name, so that lists open no file:
 * `<job>-<submit>-<user>-<name>-<finish>-<maps>-<reduces>-<status>-<queue>-<start>.jhist.jsonl`
 * below `<done dir>/<yyyy>/<mm>/<dd>/<serial>/`, the date of the finish in UTC, a thousand job numbers to a serial.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseApplicationId, parseJobId, type JobId } from '../records/ids.js';

export const HISTORY_SUFFIX = '.jhist.jsonl';

/** What a file name says of its job. Times are wall clock milliseconds. */
export interface JobIndexInfo {
  readonly jobId: JobId;
  readonly submitTimeMs: number;
  readonly user: string;
  readonly jobName: string;
  readonly finishTimeMs: number;
  readonly numMaps: number;
  readonly numReduces: number;
  /** SUCCEEDED, FAILED, KILLED or ERROR. */
  readonly status: string;
  readonly queue: string;
  readonly startTimeMs: number;
}

// By way of bytes: half a surrogate pair would make encodeURIComponent throw.
const wellFormed = (text: string): string => Buffer.from(text).toString();
const encodePart = (text: string): string => encodeURIComponent(wellFormed(text) || 'NA').replaceAll('-', '%2D');

/** The longest encoded job name: with it a file name stays within the 255 bytes of file systems. */
const MAX_ENCODED_NAME = 100;

/** The name is cut to `jobNameLimit` characters (`mapreduce.jobhistory.jobname.limit`), or more where they encode long. */
export function historyFileName(info: JobIndexInfo, jobNameLimit = 50): string {
  let name = [...info.jobName].slice(0, jobNameLimit);
  while (encodePart(name.join('')).length > MAX_ENCODED_NAME) name = name.slice(0, -1);
  const parts = [
    info.jobId,
    info.submitTimeMs,
    encodePart(info.user),
    encodePart(name.join('')),
    info.finishTimeMs,
    info.numMaps,
    info.numReduces,
    info.status,
    encodePart(info.queue),
    info.startTimeMs,
  ];
  return parts.join('-') + HISTORY_SUFFIX;
}

/** Undefined for a name that `historyFileName` cannot have made. */
export function parseHistoryFileName(fileName: string): JobIndexInfo | undefined {
  if (!fileName.endsWith(HISTORY_SUFFIX)) return undefined;
  const parts = fileName.slice(0, -HISTORY_SUFFIX.length).split('-');
  const [jobId, submit, user, jobName, finish, maps, reduces, status, queue, start] = parts;
  const numbers = [submit, finish, maps, reduces, start].map((text) => Number(text ?? 'none'));
  if (parts.length !== 10 || numbers.some((n) => !Number.isFinite(n))) return undefined;
  try {
    parseJobId(jobId ?? '');
    const [submitTimeMs = 0, finishTimeMs = 0, numMaps = 0, numReduces = 0, startTimeMs = 0] = numbers;
    return {
      jobId: jobId as JobId,
      submitTimeMs,
      user: decodeURIComponent(user ?? ''),
      jobName: decodeURIComponent(jobName ?? ''),
      finishTimeMs,
      numMaps,
      numReduces,
      status: status ?? '',
      queue: decodeURIComponent(queue ?? ''),
      startTimeMs,
    };
  } catch {
    return undefined;
  }
}

/** The folder of a finished job below the done folder. */
export function doneSubdirectory(jobId: JobId, finishTimeMs: number): string {
  const [date = ''] = new Date(finishTimeMs).toISOString().split('T');
  const { sequence } = parseApplicationId(parseJobId(jobId).applicationId);
  const serial = String(sequence).padStart(9, '0').slice(0, 6);
  return join(...date.split('-'), serial);
}

/** A finished job, and where its history lies. */
export interface HistoryListing {
  readonly path: string;
  readonly index: JobIndexInfo;
}

/** Finished jobs below `doneDir`, the day finished last first; empty where the folder does not exist. */
export async function* listHistories(doneDir: string): AsyncGenerator<HistoryListing> {
  yield* descend(doneDir, 4);
}

/** The history of one finished job; undefined if there is none. */
export async function findHistory(doneDir: string, jobId: JobId): Promise<HistoryListing | undefined> {
  for await (const listing of listHistories(doneDir)) if (listing.index.jobId === jobId) return listing;
  return undefined;
}

async function* descend(dir: string, levels: number): AsyncGenerator<HistoryListing> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException): Dirent[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (levels > 0) {
    const names = entries.filter((e) => e.isDirectory() && /^\d+$/.test(e.name)).map((e) => e.name);
    for (const name of names.sort().reverse()) yield* descend(join(dir, name), levels - 1);
    return;
  }
  const found = entries.flatMap((entry) => {
    const index = parseHistoryFileName(entry.name);
    return index ? [{ path: join(dir, entry.name), index }] : [];
  });
  yield* found.sort((a, b) => b.index.finishTimeMs - a.index.finishTimeMs);
}
