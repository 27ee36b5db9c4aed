import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrowsIn, declaredRooms, mayImport, type Room, roomOf } from '../support/imports.ts';

const readme = readFileSync('functions/README.md', 'utf8');
const rooms = declaredRooms(readme);
const arrows = arrowsIn('functions');

/** What the lint's pattern for a room is, seen from another one. */
function patternOf(from: Room, to: Room): string {
  const [own, other] = [from.path.split('/'), to.path.split('/')];
  const parted = own.findIndex((name, i) => name !== other[i]);
  const name = other[parted] ?? '';
  return name.endsWith('.ts') ? `**/${name}` : `**/${name}/**`;
}

interface Override {
  includes: string[];
  linter: {
    rules: {
      style: { noRestrictedImports?: { options: { patterns: { group: string[] }[] } } };
    };
  };
}

const { overrides }: { overrides: Override[] } = JSON.parse(readFileSync('.biome.json', 'utf8'));

describe('the order of imports', () => {
  it('has one place for every file, and no place without a file', () => {
    const files = globSync('**/*.ts', { cwd: 'functions' });
    expect(files.filter((file) => !roomOf(rooms, file))).toEqual([]);
    const used = new Set(files.map((file) => roomOf(rooms, file)));
    expect(rooms.filter((room) => !used.has(room))).toEqual([]);
  });

  it('is kept by every import', () => {
    expect(arrows.length).toBeGreaterThan(1_000);
    const against = arrows.filter(({ from, to }) => {
      const [own, other] = [roomOf(rooms, from), roomOf(rooms, to)];
      return own !== other && !(own && other && mayImport(own, other));
    });
    expect(against).toEqual([]);
  });

  it.each(rooms.filter(({ path }) => !path.endsWith('.ts')))(
    'is what the lint holds $path to',
    (room) => {
      const held = overrides.filter(({ includes }) =>
        includes.includes(`functions/${room.path}/**`),
      );
      const groups = held.map(({ linter }) => linter.rules.style.noRestrictedImports?.options);
      const refused = groups.flatMap((options) => options?.patterns ?? []).flatMap((p) => p.group);
      const later = rooms.filter((other) => other !== room && !mayImport(room, other));
      expect(refused).toEqual(expect.arrayContaining(later.map((other) => patternOf(room, other))));
    },
  );
});

describe('the README of functions', () => {
  it('says where to change what, in files that are there', () => {
    const [, table = ''] = readme.split('## Where to change what');
    const files = [...table.matchAll(/`([\w./-]+\.\w+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join('functions', file)))).toEqual([]);
  });
});
