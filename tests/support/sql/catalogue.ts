/** Every metric file and every table of the contract, as they are in the repository now. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  metricGroup,
  type SourceTable,
  sourceTable,
} from '../../../functions/scorecard/language/pack/catalogue.ts';
import type { PackGroup } from '../../../functions/scorecard/language/pack/pack.ts';

const sql = join(import.meta.dirname, '../../../sql');
const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();

export const sources: ReadonlyMap<string, SourceTable> = new Map(
  yamlFiles(join(sql, 'sources')).map((file) => {
    const table = sourceTable.parse(parse(readFileSync(join(sql, 'sources', file), 'utf8')));
    return [table.table, table];
  }),
);

/** Groups of all packs; a metric id may be used by one group only. */
export const groups: PackGroup[] = readdirSync(join(sql, 'metrics'))
  .sort()
  .flatMap((folder) =>
    yamlFiles(join(sql, 'metrics', folder)).map((file) => {
      const path = join(sql, 'metrics', folder, file);
      const sqlFile = path.replace(/\.yaml$/, '.sql');
      return {
        ...metricGroup.parse(parse(readFileSync(path, 'utf8'))),
        file: `${folder}/${file}`,
        sqlFile: `${folder}/${file.replace(/\.yaml$/, '.sql')}`,
        sql: readFileSync(sqlFile, 'utf8'),
      };
    }),
  );
