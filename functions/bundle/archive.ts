/** Zip archives whose bytes depend on their files alone. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export interface ArchiveFile {
  /** With slashes, from the root of the archive. */
  path: string;
  contents: Buffer;
}

/** The first instant that a zip archive can name, in whatever zone it is read. */
const mtime = new Date(1980, 0, 2);
const ordinaryFile = 0o100644;

/** Sorted by name, all of one time and mode. */
export async function zipped(files: readonly ArchiveFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, contents } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    zip.addBuffer(contents, path, {
      mtime,
      mode: ordinaryFile,
      compressionLevel: 9,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  return buffer(zip.outputStream);
}
