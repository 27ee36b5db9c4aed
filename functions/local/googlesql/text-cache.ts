import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Texts by key, worth keeping because making them is slow. */
export interface TextCache {
  get(key: string): string | undefined;
  set(key: string, text: string): void;
}

const cacheFile = z.strictObject({ version: z.string(), texts: z.record(z.string(), z.string()) });

/** More than a pack ever needs; the oldest go first. */
const mostTexts = 200;

/**
 * A cache in a file. What another version wrote, or what cannot be read, counts as nothing:
 * everything in it can be made again.
 * @param version identifies the code that makes the texts
 */
export function openTextCache(path: string, version: string): TextCache {
  const texts = new Map(Object.entries(readTexts(path, version)));
  return {
    get: (key) => texts.get(key),
    set: (key, text) => {
      texts.set(key, text);
      for (const oldest of [...texts.keys()].slice(0, -mostTexts)) texts.delete(oldest);
      // Renamed into place, so that a killed process leaves the old file or the new one.
      writeFileSync(`${path}.new`, JSON.stringify({ version, texts: Object.fromEntries(texts) }));
      renameSync(`${path}.new`, path);
    },
  };
}

function readTexts(path: string, version: string): Record<string, string> {
  if (!existsSync(path)) return {};
  try {
    const found = cacheFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return found.version === version ? found.texts : {};
  } catch {
    return {};
  }
}
