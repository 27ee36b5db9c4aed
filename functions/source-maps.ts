/**
 * Stack frames of bundled code as places in its sources. Node can do this by itself, but then reads
 * every map while code is loaded, which costs a cold start a tenth; errors are rare.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

/** `at name (file:line:column)`, or without a name: the same, with the source's file and place. */
export function originalFrame(frame: string): string {
  const [, before, file, line, column, after] =
    /^(at (?:.*\()?)(\S+?):(\d+):(\d+)(\)?)$/.exec(frame) ?? [];
  const map = file === undefined ? undefined : mapOf(file);
  const origin = map?.findOrigin(Number(line), Number(column));
  if (!origin || !('fileName' in origin)) return frame;
  const source = origin.fileName.replace(/^(\.\.\/)+/, '');
  return `${before}${source}:${origin.lineNumber}:${origin.columnNumber}${after}`;
}

/** The map beside a file; there are none beside sources. */
function mapOf(file: string): SourceMap | undefined {
  if (maps.has(file)) return maps.get(file);
  const map = readMap(file);
  maps.set(file, map);
  return map;
}

function readMap(file: string): SourceMap | undefined {
  try {
    const path = `${file.startsWith('file:') ? fileURLToPath(file) : file}.map`;
    return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
  } catch {
    // What is logged of an error must not fail for want of its place.
    return undefined;
  }
}
