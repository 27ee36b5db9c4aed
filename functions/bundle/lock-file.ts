/** The part of the repository's lock file that belongs to some of its dependencies. */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';

const lockedPackage = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

export const lockFile = z.looseObject({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), lockedPackage),
});
export type LockFile = z.infer<typeof lockFile>;

/** `node_modules/...` of a file: the package it belongs to, as the lock file names it. */
export function packageOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

export interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  [field: string]: unknown;
}

/**
 * A lock file for `manifest`, whose dependencies are some of those of the repository: the same
 * versions at the same places, so that `npm ci` installs exactly what was tested.
 * @throws Rejected `not-found` where the repository's lock file lacks a package
 */
export function lockSubset(lock: LockFile, manifest: Manifest): object {
  const kept = new Set<string>();
  const keep = (from: string, name: string): void => {
    const place = placeOf(lock, from, name);
    if (place === undefined) {
      throw new Rejected(code.notFound, `package-lock.json lacks ${name}; run \`npm install\`.`);
    }
    if (kept.has(place)) return;
    kept.add(place);
    for (const next of Object.keys(lock.packages[place]?.dependencies ?? {})) keep(place, next);
  };
  for (const name of Object.keys(manifest.dependencies)) keep('', name);
  const packages = [...kept].sort().map((place) => [place, lock.packages[place]] as const);
  const { name, version } = manifest;
  return {
    name,
    version,
    lockfileVersion: lock.lockfileVersion,
    requires: true,
    packages: { '': rootOf(manifest), ...Object.fromEntries(packages) },
  };
}

/** What npm repeats of a manifest in its lock file. */
function rootOf({ name, version, license, dependencies, engines }: Manifest): object {
  return { name, version, license, dependencies, engines };
}

/** Where Node finds `name` from a package: in its own folder first, then in those around it. */
function placeOf(lock: LockFile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (folder.endsWith('/node_modules')) continue;
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in lock.packages) return place;
    if (folder === '') return undefined;
  }
}
