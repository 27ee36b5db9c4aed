/** What editors complete from is what the rules are read with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  jsonSchemas,
  schemaLine,
} from '../../../functions/scorecard/language/schema/json-schemas.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const root = repositoryRoot();
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${String(name)}`);

describe('JSON Schemas', () => {
  it('are those of the schemas here: `npm run kenko -- rules schema` writes them', () => {
    const folder = join(root, 'rules', 'schema');
    const written = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
    expect(written).toEqual(jsonSchemas());
  });

  it('are named in the first line of every file that people write', () => {
    const files = ['rules', 'sql/metrics', 'sql/sources'].flatMap(filesBelow);
    const edited = files.filter((path) => schemaLine(path) !== undefined);
    expect(edited.length).toBeGreaterThan(30);
    for (const path of edited) {
      const text = readFileSync(join(root, path), 'utf8');
      expect(text.slice(0, text.indexOf('\n')), path).toBe(schemaLine(path));
    }
  });

  it('lead from each of these lines to a schema that is there', () => {
    for (const path of ['rules/saas/scorecards/use.yaml', 'sql/metrics/shared/usage.yaml']) {
      const target = schemaLine(path)?.split('$schema=')[1] ?? '';
      const found = join(root, path, '..', target);
      expect(JSON.parse(readFileSync(found, 'utf8'))).toHaveProperty('properties');
    }
  });

  it('let defaults be left out, and no field that is not known in', () => {
    const measure = JSON.parse(jsonSchemas().get('scorecard.json') ?? '').properties.measures.items;
    expect(measure.required).toEqual(['id', 'metric']);
    expect(measure.additionalProperties).toBe(false);
    expect(measure.properties.steps.description).toContain('from this value on');
  });
});
