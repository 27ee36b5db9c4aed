/** What sql/README.md tells authors about the subset is what the code allows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../functions/deployed-files.ts';
import { metricFunctions } from '../../functions/local/googlesql-constructs.ts';

const readme = readFileSync(join(repositoryRoot(), 'sql', 'README.md'), 'utf8');

describe('sql/README.md lists the functions that metric SQL may call', () => {
  it.each(Object.entries(metricFunctions))('about %s', (topic, functions) => {
    const row = new RegExp(`^\\| ${topic} \\| (.*) \\|$`, 'm').exec(readme)?.[1] ?? '';
    const told = [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name);
    expect(told).toEqual(functions.map(({ name }) => name));
  });
});
