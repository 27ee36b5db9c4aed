/** JSON Schemas of the files that people write: completion and errors while they type. */
import { z } from 'zod';
import { metricGroup, sourceTable } from '../pack/catalogue.ts';
import { evidenceFile } from './evidence.ts';
import { routingFile } from './routing.ts';
import {
  bandsFile,
  exemplarsFile,
  packFile,
  salesforceFile,
  scorecardFile,
  testFile,
} from './scorecards.ts';
import { signalsFile } from './signals.ts';
import { worklistsFile } from './worklists.ts';

/** Which files a schema is for, by paths from the root of the repository. */
interface EditedFile {
  name: string;
  schema: z.ZodType;
  isFor: RegExp;
}

const editedFiles: readonly EditedFile[] = [
  { name: 'pack', schema: packFile, isFor: /^rules\/[^/]+\/pack\.yaml$/ },
  { name: 'bands', schema: bandsFile, isFor: /^rules\/[^/]+\/bands\.yaml$/ },
  { name: 'test', schema: testFile, isFor: /^rules\/[^/]+\/scorecards\/[^/]+\.test\.yaml$/ },
  { name: 'scorecard', schema: scorecardFile, isFor: /^rules\/[^/]+\/scorecards\/[^/]+\.yaml$/ },
  { name: 'salesforce', schema: salesforceFile, isFor: /^rules\/[^/]+\/salesforce\.yaml$/ },
  { name: 'routing', schema: routingFile, isFor: /^rules\/[^/]+\/routing\.yaml$/ },
  { name: 'signals', schema: signalsFile, isFor: /^rules\/[^/]+\/signals\.yaml$/ },
  { name: 'worklists', schema: worklistsFile, isFor: /^rules\/[^/]+\/worklists\.yaml$/ },
  { name: 'exemplars', schema: exemplarsFile, isFor: /^rules\/[^/]+\/exemplars\.yaml$/ },
  { name: 'evidence', schema: evidenceFile, isFor: /^rules\/[^/]+\/evidence\.yaml$/ },
  { name: 'metrics', schema: metricGroup, isFor: /^sql\/metrics\/[^/]+\/[^/]+\.yaml$/ },
  { name: 'source', schema: sourceTable, isFor: /^sql\/sources\/[^/]+\.yaml$/ },
];

/** Texts of `rules/schema/*.json`, by file name. */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    editedFiles.map(({ name, schema }) => [
      `${name}.json`,
      // As people write it: what has a default may be left out.
      `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
    ]),
  );
}

/**
 * The first line that says to an editor which schema a file has; undefined for files without one.
 * `path`: from the root of the repository.
 */
export function schemaLine(path: string): string | undefined {
  const edited = editedFiles.find(({ isFor }) => isFor.test(path));
  if (!edited) return undefined;
  const depth = path.split('/').length - 1;
  const up = path.startsWith('rules/') ? '../'.repeat(depth - 1) : `${'../'.repeat(depth)}rules/`;
  return `# yaml-language-server: $schema=${up}schema/${edited.name}.json`;
}
