/**
 * Shuffle: brings this partition's segment of every map here. Hadoop: reduce.Shuffle with EventFetcher and Fetcher.
 * One loop follows the AM's completion events, `parallelcopies` others take a host each and fetch what it has. Outputs on this node's
 * own disks are opened, not fetched. Ends when every map is in, or rejects with the first error that is for good.
 */
import { crc32 } from 'node:zlib';
import { delay, messageOf, parseTaskAttemptId, type Clock, type TaskAttemptId } from '@bobbin/common';
import { ChecksumError, LocalDiskError, ShuffleError } from '../../errors.js';
import { SLOT } from '../counters.js';
import { findMapOutput } from '../local-dirs.js';
import { LocalFile } from '../local-file.js';
import { CHECKSUM_BYTES, END_MARK_BYTES, fileSegment, type FileSegment, type Segment } from '../merge/segment.js';
import { SegmentReader, verifySegment } from '../merge/segment-reader.js';
import { readIndexFile } from '../spill/spill-index.js';
import type { ReduceTaskSpec, TaskEnv } from '../task-api.js';
import type { TaskConf } from '../task-conf.js';
import type { ByteStream } from './byte-stream.js';
import type { FetchedSegments, Reservation } from './fetched-segments.js';
import type { ReduceSlab } from './reduce-slab.js';
import { FetchConnectError, ShuffleClient } from './shuffle-client.js';
import { readShuffleHeader, type ShuffleHeader } from './shuffle-header.js';
import { SegmentFiller } from './segment-filler.js';
import { ShuffleScheduler, type FetchFailure, type HostWork } from './shuffle-scheduler.js';

const MAX_EVENTS_AT_ONCE = 10_000;
/** What the AM's own container leaves in place of a shuffle server's address. */
const LOCAL = '';

export interface ShuffleSettings {
  readonly spec: ReduceTaskSpec;
  readonly env: TaskEnv;
  readonly conf: TaskConf;
  readonly slab: ReduceSlab;
  readonly segments: FetchedSegments;
}

/** A map output of this node: read into memory where it has a place there. */
interface OpenedOutput {
  readonly segment: FileSegment;
  readonly place?: Reservation;
}

export class Shuffle {
  private readonly scheduler: ShuffleScheduler;
  private readonly client: ShuffleClient;
  private readonly clock: Clock;
  private wake: () => void = () => undefined;
  private changed = this.nextChange();
  private failure: unknown;

  constructor(private readonly settings: ShuffleSettings) {
    const { spec, env, conf } = settings;
    this.clock = env.clock;
    this.scheduler = new ShuffleScheduler(spec.numMaps, spec.partition, conf.fetch, env.clock.monotonic());
    this.client = new ShuffleClient({
      jobId: spec.jobId,
      partition: spec.partition,
      secret: env.shuffleSecret,
      connectTimeoutMs: conf.fetch.connectTimeoutMs,
      readTimeoutMs: conf.fetch.readTimeoutMs,
    });
  }

  /** Resolves with the segments to merge. Call once. */
  async run(): Promise<readonly Segment[]> {
    const { spec, env, conf, segments } = this.settings;
    env.progress.beginPhase('SHUFFLE', 0, 1 / 3, spec.numMaps);
    // The AM may hold the last question for events for ever; nobody waits for its answer then.
    void this.followEvents().catch((error: unknown) => this.fail(error));
    await Promise.all(Array.from({ length: conf.parallelCopies }, () => this.copyUntilDone()));
    if (this.failure !== undefined)
      throw this.failure instanceof Error ? this.failure : new ShuffleError(messageOf(this.failure));
    return segments.finish();
  }

  private get isOver(): boolean {
    return this.scheduler.isDone || this.failure !== undefined;
  }

  private async followEvents(): Promise<void> {
    for (let from = 0; !this.isOver;) {
      const events = await this.settings.env.mapCompletionEvents(from, MAX_EVENTS_AT_ONCE);
      for (const event of events) this.scheduler.resolve(event, this.clock.monotonic());
      from += events.length;
      this.announceChange();
    }
  }

  private async copyUntilDone(): Promise<void> {
    while (!this.isOver) {
      const now = this.clock.monotonic();
      const work = this.scheduler.take(now);
      if (work === undefined) {
        const penalty = this.scheduler.nextPenaltyEndMs(now);
        await (penalty === undefined ? this.changed : Promise.race([this.changed, delay(this.clock, penalty)]));
        continue;
      }
      try {
        if (this.isLocal(work.address)) this.openLocal(work);
        else await this.copyFromHost(work);
      } catch (error) {
        this.fail(error);
      }
      this.scheduler.release(work.address);
      this.announceChange();
    }
  }

  private isLocal(address: string): boolean {
    return address === LOCAL || address === this.settings.env.localShuffleAddress;
  }

  /** Outputs in finished files of this node, read where they are or into memory. Throws LocalDiskError where a merge fails. */
  private openLocal({ address, maps }: HostWork): void {
    const { segments } = this.settings;
    for (const map of maps) {
      // Two attempts of one map may be announced for the same place: the first that is taken counts.
      if (!this.scheduler.isWanted(map)) continue;
      let opened: OpenedOutput;
      try {
        opened = this.openOutput(map);
      } catch (error) {
        this.failed(map, address, 'absent', error);
        continue;
      }
      // What fails from here on is a disk of this reduce's own, and no fault of the map.
      const { segment, place } = opened;
      if (place === undefined) segments.addFile(segment);
      else segments.commit(place, segment);
      this.copied(map, segment.partLength);
    }
  }

  private openOutput(map: TaskAttemptId): OpenedOutput {
    const { env, spec, segments, slab } = this.settings;
    const path = findMapOutput(env.localDirs, map);
    if (path === undefined) throw new Error(`output of ${map} is not in ${env.localDirs.join(', ')}`);
    const segment = fileSegment(path, readIndexFile(`${path}.index`)[spec.partition]);
    const place = segments.staysOnDisk(segment.rawLength) ? undefined : segments.tryReserve(segment.rawLength);
    if (place?.kind === 'memory') {
      this.readLocal(segment, place);
      return { segment, place };
    }
    // An attempt before this one may have failed for what lies here; then the map has to run again.
    if (parseTaskAttemptId(spec.attemptId).attempt > 0) verifySegment(segment, slab.buffer, slab.areaFrom, slab.areaTo);
    return { segment };
  }

  private readLocal(segment: FileSegment, place: Reservation & { kind: 'memory' }): void {
    const { slab, segments, conf } = this.settings;
    let reader: SegmentReader | undefined;
    try {
      reader = new SegmentReader(segment, conf.codec);
      reader.read(slab.buffer, place.at, segment.rawLength);
    } catch (error) {
      segments.abandon(place);
      throw error;
    } finally {
      reader?.close();
    }
  }

  private async copyFromHost({ address, maps }: HostWork): Promise<void> {
    const remaining = new Set(maps);
    let reading: TaskAttemptId | undefined;
    try {
      await this.client.fetch(address, maps, async (body) => {
        while (remaining.size > 0) {
          reading = undefined;
          const header = await readShuffleHeader(body);
          reading = this.checkHeader(header, remaining);
          await this.copyOutput(header, reading, body);
          remaining.delete(reading);
        }
      });
    } catch (error) {
      if (error instanceof LocalDiskError || this.settings.segments.isBroken) throw error;
      if (error instanceof FetchConnectError && error.retryAfterMs !== undefined) {
        this.scheduler.postpone(address, error.retryAfterMs, this.clock.monotonic());
        return;
      }
      const kind = kindOf(error);
      this.count(kind !== 'read' ? SLOT.shuffleConnection : SLOT.shuffleIoError, 1);
      for (const map of reading === undefined ? remaining : [reading]) this.failed(map, address, kind, error);
    }
  }

  /** The attempt a header is about. Throws Error when it is none that was asked for, or says what cannot be. */
  private checkHeader(header: ShuffleHeader, remaining: ReadonlySet<TaskAttemptId>): TaskAttemptId {
    const { mapId, partition, partLength, rawLength } = header;
    // A server answers in the order it was asked in. Any other one of them, were it taken, could be this one with a bit flipped.
    const [expected] = remaining;
    const map = expected === mapId ? expected : undefined;
    const refuse = (slot: number, what: string): never => {
      this.count(slot, 1);
      throw new Error(what);
    };
    if (map === undefined) {
      return refuse(
        mapId.startsWith('attempt_') ? SLOT.shuffleWrongMap : SLOT.shuffleBadId,
        `got output of '${mapId.slice(0, 80)}', asked for '${expected ?? 'none'}'`,
      );
    }
    if (partition !== this.settings.spec.partition) {
      return refuse(
        SLOT.shuffleWrongReduce,
        `got partition ${partition} of ${mapId}, asked for ${this.settings.spec.partition}`,
      );
    }
    const isPlain = this.settings.conf.codec === undefined;
    if (
      rawLength < END_MARK_BYTES ||
      (isPlain && partLength !== rawLength + CHECKSUM_BYTES) ||
      partLength <= CHECKSUM_BYTES
    ) {
      return refuse(SLOT.shuffleWrongLength, `got lengths ${partLength} and ${rawLength} for ${mapId}`);
    }
    return map;
  }

  private async copyOutput(header: ShuffleHeader, map: TaskAttemptId, body: ByteStream): Promise<void> {
    const { segments } = this.settings;
    const place = await segments.reserve(header.rawLength);
    try {
      if (place.kind === 'memory') await this.copyToMemory(header, map, body, place.at);
      else await this.copyToDisk(header, map, body, place.path);
    } catch (error) {
      segments.abandon(place);
      throw error;
    }
    if (this.scheduler.isWanted(map)) {
      segments.commit(place, header);
      this.copied(map, header.partLength);
    } else {
      segments.abandon(place);
    }
  }

  private async copyToMemory(header: ShuffleHeader, map: TaskAttemptId, body: ByteStream, at: number): Promise<void> {
    const { slab, env, conf } = this.settings;
    const filler = new SegmentFiller(`fetched output of ${map}`, slab.buffer, at, header.rawLength, conf.codec);
    await body.pass(header.partLength - CHECKSUM_BYTES, (piece) => {
      filler.put(piece);
      env.progress.touch();
    });
    filler.finish((await body.take(CHECKSUM_BYTES)).readUInt32BE(0));
  }

  private async copyToDisk(header: ShuffleHeader, map: TaskAttemptId, body: ByteStream, path: string): Promise<void> {
    const file = LocalFile.create(path);
    try {
      let crc = 0;
      await body.pass(header.partLength - CHECKSUM_BYTES, (piece) => {
        crc = crc32(piece, crc);
        file.write(piece, 0, piece.length);
        this.settings.env.progress.touch();
      });
      const stored = await body.take(CHECKSUM_BYTES);
      if (stored.readUInt32BE(0) !== crc) throw new ChecksumError(`fetched output of ${map}`);
      file.write(stored, 0, CHECKSUM_BYTES);
      this.count(SLOT.fileBytesWritten, header.partLength);
    } finally {
      file.close();
    }
  }

  private copied(map: TaskAttemptId, bytes: number): void {
    if (!this.scheduler.copySucceeded(map, this.clock.monotonic())) return;
    this.count(SLOT.shuffledMaps, 1);
    this.count(SLOT.reduceShuffleBytes, bytes);
    this.settings.env.progress.advance(this.scheduler.copiedMaps);
  }

  private failed(map: TaskAttemptId, address: string, kind: FetchFailure, error: unknown): void {
    const { env } = this.settings;
    this.count(SLOT.failedShuffle, 1);
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
    env.log(
      `cannot fetch the output of ${map} from ${address === LOCAL ? 'this node' : address}: ${messageOf(error)}${cause}`,
    );
    if (this.scheduler.copyFailed(map, address, kind, this.clock.monotonic())) env.reportFetchFailure(map);
  }

  private count(slot: number, amount: number): void {
    const { counters } = this.settings.env.progress;
    counters[slot] = (counters[slot] ?? 0) + amount;
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.announceChange();
  }

  private announceChange(): void {
    const { wake } = this;
    this.changed = this.nextChange();
    wake();
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}

function kindOf(error: unknown): FetchFailure {
  if (!(error instanceof FetchConnectError)) return 'read';
  return error.isAnswer ? 'absent' : 'connect';
}
