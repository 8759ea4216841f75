/** Files that a submitter lays down for containers, and what the ResourceManager is told of them. Hadoop: JobResourceUploader. */
import type { FileSystem, LocalResource, LocalResourceType, LocalResourceVisibility } from '@bobbin/common';

/** Writes a file whole; the folder is there. Throws FileSystemError. */
export async function writeStaged(
  fs: FileSystem,
  path: string,
  content: string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await fs.create(path);
  try {
    if (typeof content === 'string') await file.write(Buffer.from(content));
    else for await (const chunk of content) await file.write(chunk);
  } finally {
    await file.close();
  }
}

/** The file as a resource of a launch context: a node refuses it once it has changed. Throws FileSystemError. */
export async function localResource(
  fs: FileSystem,
  path: string,
  visibility: LocalResourceVisibility,
  type: LocalResourceType = 'FILE',
): Promise<LocalResource> {
  const { path: url, sizeBytes, modifiedAtMs } = await fs.stat(path);
  return { url, sizeBytes, timestampMs: modifiedAtMs, type, visibility };
}
