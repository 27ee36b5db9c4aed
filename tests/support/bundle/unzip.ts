/** Reads zip archives by their central directory, as whoever deploys one does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';

export interface Entry {
  path: string;
  contents: Buffer;
  /** Unix permissions. */
  mode: number;
  /** DOS time and date, as they stand in the archive. */
  modified: number;
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** @throws Error where the archive is damaged or uses more than deflate */
export function unzip(archive: Buffer): Entry[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new Error('this is no zip');
  const entries: Entry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== directoryEntry) throw new Error(`no entry at ${at}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      archive.readUInt16LE(at + offset),
    ) as [number, number, number];
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const contents = contentsAt(archive, at);
    if (crc32(contents) !== archive.readUInt32LE(at + 16)) throw new Error(`${path} is damaged`);
    entries.push({
      path,
      contents,
      mode: archive.readUInt32LE(at + 38) >>> 16,
      modified: archive.readUInt32LE(at + 12),
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function contentsAt(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const data = archive.subarray(start, start + size);
  if (method === 0) return data;
  if (method !== 8) throw new Error(`compression ${method} is unknown`);
  return inflateRawSync(data);
}

export function unpack(entries: readonly Entry[], folder: string): void {
  for (const { path, contents, mode } of entries) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents, { mode: mode & 0o777 });
  }
}
