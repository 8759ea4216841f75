/** The marks of the job's commit, on a real file system. */
import { LocalFileSystem } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { CommitMarkers } from '../../src/commit/commit-markers.js';

test('a commit that a zombie has ended meanwhile has succeeded all the same', async () => {
  using dir = tempDir();
  const [zombie, next] = [0, 1].map(() => new CommitMarkers(new LocalFileSystem(), dir.path));
  await zombie!.started(true);
  await next!.forgetStarted();
  await next!.started(true);
  await zombie!.succeeded();
  await next!.succeeded();
  expect(await next!.read()).toBe('SUCCEEDED');
});
