/** What `archive.ts` uses of yazl, which comes without types. */
declare module 'yazl' {
  import type { Readable } from 'node:stream';

  export class ZipFile {
    readonly outputStream: Readable;
    addBuffer(
      contents: Buffer,
      path: string,
      options: {
        mtime: Date;
        mode: number;
        compressionLevel: number;
        forceDosTimestamp: boolean;
      },
    ): void;
    end(): void;
  }
}
