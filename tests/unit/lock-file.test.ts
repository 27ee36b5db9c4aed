import { describe, expect, it } from 'vitest';
import { lockFile, lockSubset, packageOf } from '../../functions/bundle/lock-file.ts';

const lock = lockFile.parse({
  lockfileVersion: 3,
  packages: {
    '': { dependencies: { app: '1.0.0' }, devDependencies: { tool: '1.0.0' } },
    'node_modules/app': {
      version: '1.0.0',
      dependencies: { shared: '^2.0.0', '@s/own': '^1.0.0' },
    },
    'node_modules/app/node_modules/shared': { version: '2.5.0', dependencies: { deep: '^1.0.0' } },
    'node_modules/@s/own': { version: '1.1.0', dependencies: { shared: '^1.0.0', app: '1.0.0' } },
    'node_modules/deep': { version: '1.2.3', integrity: 'sha512-deep' },
    'node_modules/shared': { version: '1.9.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
  },
});
const manifest = (dependencies: Record<string, string>) => ({
  name: 'bundle',
  version: '0.1.0',
  dependencies,
  scripts: { build: 'x' },
});

describe('the lock file of some of the dependencies', () => {
  it('holds what they need, at the same places, and nothing else', () => {
    expect(lockSubset(lock, manifest({ app: '1.0.0' }))).toEqual({
      name: 'bundle',
      version: '0.1.0',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'bundle', version: '0.1.0', dependencies: { app: '1.0.0' } },
        'node_modules/@s/own': lock.packages['node_modules/@s/own'],
        'node_modules/app': lock.packages['node_modules/app'],
        'node_modules/app/node_modules/shared':
          lock.packages['node_modules/app/node_modules/shared'],
        'node_modules/deep': { version: '1.2.3', integrity: 'sha512-deep' },
        'node_modules/shared': { version: '1.9.0' },
      },
    });
  });

  it('is refused where a package is not locked', () => {
    expect(() => lockSubset(lock, manifest({ other: '1.0.0' }))).toThrow(
      'package-lock.json lacks other; run `npm install`.',
    );
  });
});

describe('the package of a file', () => {
  it('is the innermost one, with its scope', () => {
    const name = 'node_modules/a/node_modules/@b/c';
    expect(packageOf(`${name}/lib/index.js`)).toBe(name);
    expect(packageOf('functions/index.ts')).toBeUndefined();
  });
});
