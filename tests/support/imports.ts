/** The order of imports that functions/README.md declares, and the imports that there are. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'vitest/node';

/** A folder of `functions/`, or a file that stands by itself. */
export interface Room {
  path: string;
  /** Of each folder on the way to it: its place in that folder's order. */
  levels: readonly number[];
}

/** Rooms by the block after "Order of imports", a folder a line: `name  a <- b, c <- d`. */
export function declaredRooms(readme: string): Room[] {
  const block = /## Order of imports[\s\S]*?```\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const orders = new Map(
    block
      .trim()
      .replace(/\n\s+/g, ' ')
      .split('\n')
      .map((line) => {
        const [, folder = '', order = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
        return [folder, order.split(' <- ').map((level) => level.split(', '))] as const;
      }),
  );
  const roomsIn = (folder: string, path: string, levels: readonly number[]): Room[] =>
    (orders.get(folder) ?? []).flatMap((names, level) =>
      names.flatMap((name) => {
        const room = { path: join(path, name), levels: [...levels, level] };
        return orders.has(name) ? roomsIn(name, room.path, room.levels) : [room];
      }),
    );
  return roomsIn('functions', '', []);
}

export function roomOf(rooms: readonly Room[], file: string): Room | undefined {
  return rooms.find(({ path }) => file === path || file.startsWith(`${path}/`));
}

/** Whether a room may import another one: of an earlier level in the folder that holds both. */
export function mayImport(from: Room, to: Room): boolean {
  const [own, other] = [from.path.split('/'), to.path.split('/')];
  const parted = own.findIndex((name, i) => name !== other[i]);
  return (to.levels[parted] ?? 0) < (from.levels[parted] ?? 0);
}

export interface Arrow {
  from: string;
  to: string;
}

/** Imports of our files by each other: of types, and of what is loaded later, too. */
export function arrowsIn(folder: string): Arrow[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((from) =>
    specifiersIn(readFileSync(join(folder, from), 'utf8'))
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ from, to: join(dirname(from), specifier) })),
  );
}

/** Modules that files load, by way of each other too, with the file that names each. */
export function loadedBy(files: readonly string[]): { from: string; module: string }[] {
  const seen = new Set(files);
  const modules: { from: string; module: string }[] = [];
  // A set grows while it is walked.
  for (const from of seen) {
    for (const specifier of specifiersIn(readFileSync(from, 'utf8'), isLoaded)) {
      if (specifier.endsWith('.ts')) seen.add(join(dirname(from), specifier));
      else modules.push({ from, module: specifier });
    }
  }
  return modules;
}

interface Imports {
  importKind?: string;
  exportKind?: string;
  specifiers?: Imports[];
}

/** False for imports and exports of types alone. */
function isLoaded({ importKind, exportKind, specifiers = [] }: Imports): boolean {
  if (importKind === 'type' || exportKind === 'type') return false;
  return specifiers.length === 0 || specifiers.some(isLoaded);
}

function specifiersIn(source: string, wanted: (node: Imports) => boolean = () => true): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const named = 'source' in node ? (node.source as { value?: unknown } | null)?.value : undefined;
    if (typeof named === 'string' && wanted(node)) found.push(named);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }));
  return found;
}
