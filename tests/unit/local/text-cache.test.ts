import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openTextCache } from '../../../functions/local/googlesql/text-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-texts-'));
const path = join(folder, 'texts.json');
beforeEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a cache of texts', () => {
  it('gives what an earlier process kept', () => {
    openTextCache(path, '1').set('a', 'one');
    expect(openTextCache(path, '1').get('a')).toBe('one');
    expect(openTextCache(path, '1').get('b')).toBeUndefined();
  });

  it('forgets what another version made', () => {
    openTextCache(path, '1').set('a', 'one');
    expect(openTextCache(path, '2').get('a')).toBeUndefined();
  });

  it.each(['', '{', '[]', '{"version":1}'])('counts a broken file as nothing: %j', (text) => {
    writeFileSync(path, text);
    const cache = openTextCache(path, '1');
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', 'one');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: '1', texts: { a: 'one' } });
  });

  it('keeps the newest 200', () => {
    const cache = openTextCache(path, '1');
    for (let i = 0; i < 205; i += 1) cache.set(`k${i}`, String(i));
    expect(cache.get('k4')).toBeUndefined();
    expect(cache.get('k5')).toBe('5');
  });
});
