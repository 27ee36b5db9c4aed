import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { jsonSchemas } from '../../scorecard/language/schema/json-schemas.ts';
import { repositoryRoot } from '../../wiring/deployed-files.ts';
import { print } from '../output.ts';

/** `kenko rules schema`: writes the JSON Schemas that editors read. */
export function addSchema(rules: Command): void {
  rules
    .command('schema')
    .description('write the JSON Schemas that give editors completion, after a change of ours')
    .action(() => {
      const folder = join(repositoryRoot(), 'rules', 'schema');
      mkdirSync(folder, { recursive: true });
      const schemas = jsonSchemas();
      for (const [name, text] of schemas) writeFileSync(join(folder, name), text);
      print(`${schemas.size} schemas written to rules/schema.`);
    });
}
