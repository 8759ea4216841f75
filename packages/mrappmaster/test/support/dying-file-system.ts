/**
 * DyingFileSystem: a local file system whose process dies at a given point: before one of its changes, or in the middle of it (a file
 * linked under its new name and not yet unlinked, a folder deleted in part, half of the bytes written). From then on nothing is
 * ever answered, as to a process that is gone. With `error`, that one change is refused instead.
 */
import { linkSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalFileSystem, type FileWriter } from '@bobbin/common';

export interface Death {
  /** Of the changes, from 0. */
  readonly at: number;
  readonly in: 'before' | 'middle';
}

export class DyingFileSystem extends LocalFileSystem {
  changes = 0;
  isDead = false;
  readonly died: Promise<void>;
  private readonly open = new Set<FileHandle>();
  private die: () => void = () => undefined;

  constructor(
    private readonly death: Death = { at: Infinity, in: 'before' },
    private readonly error?: Error,
  ) {
    super();
    this.died = new Promise((resolve) => (this.die = resolve));
  }

  /** Nothing is synced: here only processes die. */
  override async create(path: string): Promise<FileWriter> {
    const file = await this.change(() => open(this.toLocalPath(path), 'wx'));
    if (this.isDead) {
      // Died while it was opened.
      await file.close();
      return new Promise<never>(() => undefined);
    }
    this.open.add(file);
    const write = async (bytes: Uint8Array): Promise<void> => void (await file.write(bytes));
    return {
      write: (bytes) =>
        this.change(
          () => write(bytes),
          () => write(bytes.subarray(0, bytes.length / 2)),
        ),
      flush: () => this.answer(() => Promise.resolve()),
      close: () => {
        this.open.delete(file);
        return this.answer(() => file.close());
      },
    };
  }

  override mkdirs(path: string): Promise<void> {
    return this.change(() => super.mkdirs(path));
  }

  override rename(from: string, to: string): Promise<void> {
    return this.change(
      () => super.rename(from, to),
      () => {
        if (!statSync(from).isDirectory()) linkSync(from, to);
      },
    );
  }

  override delete(path: string): Promise<boolean> {
    return this.change(
      () => super.delete(path),
      async () => {
        if (!(await super.exists(path)) || !statSync(this.toLocalPath(path)).isDirectory()) return;
        const [first] = readdirSync(this.toLocalPath(path));
        if (first !== undefined) rmSync(join(this.toLocalPath(path), first), { recursive: true });
      },
    );
  }

  override exists(path: string): Promise<boolean> {
    return this.answer(() => super.exists(path));
  }

  private answer<T>(act: () => Promise<T>): Promise<T> {
    return this.isDead ? new Promise<never>(() => undefined) : act();
  }

  private async change<T>(act: () => Promise<T>, half: () => unknown = () => undefined): Promise<T> {
    if (this.isDead) return new Promise<never>(() => undefined);
    if (this.changes++ !== this.death.at) return act();
    if (this.death.in === 'middle') await half();
    if (this.error) throw this.error;
    this.isDead = true;
    // As the kernel does for a process that is gone.
    for (const file of this.open) await file.close();
    this.die();
    return new Promise<never>(() => undefined);
  }
}
