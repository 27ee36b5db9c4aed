/** What is kept and what is logged: layouts, indexes and events as the code has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runId } from '../../functions/inputs/run-tables.ts';
import { readTableSchemas } from '../../functions/inputs/table-schemas.ts';
import { readViews } from '../../functions/local/warehouse/reporting-views.ts';
import { counters } from '../../functions/log.ts';
import * as candidateDocuments from '../../functions/records/candidate-documents.ts';
import type { Collection } from '../../functions/records/collection.ts';
import * as documents from '../../functions/records/documents.ts';
import { indexes, indexesOf } from '../../functions/records/indexes.ts';
import * as runDocuments from '../../functions/records/run-documents.ts';
import * as signalDocuments from '../../functions/records/signal-documents.ts';
import unindexedFields from '../../functions/records/unindexed-fields.json' with { type: 'json' };
import { yearsOf } from '../../functions/records/years.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { byName } from '../support/terraform/deployed.ts';
import { type Deployment, largest, openDeployment } from '../support/terraform/deployment.ts';
import { blockIn, blocksIn, textIn, textsIn } from './provider/values.ts';

const root = repositoryRoot();
const pack = parsePack(readPackFiles('saas'));

let deployed: Deployment;
beforeAll(async () => {
  deployed = await openDeployment({ variables: largest });
  await deployed.apply();
});
afterAll(() => deployed?.close());

describe('tables', () => {
  const own = readTableSchemas(join(root, 'sql', 'tables'));

  const tables = (): string[] =>
    deployed.cloud
      .all('google_bigquery_table')
      .filter(({ values }) => !blockIn(values, 'view'))
      .map(({ values }) => textIn(values, 'table_id'));

  it('are those of sql/tables', () => {
    expect(tables().sort()).toEqual([...own.keys()].sort());
  });

  it('have the views of sql/views beside them', () => {
    const views = deployed.cloud
      .all('google_bigquery_table')
      .filter(({ values }) => blockIn(values, 'view'));
    const names = views.map(({ values }) => textIn(values, 'table_id'));
    expect(names.sort()).toEqual([...readViews(join(root, 'sql', 'views')).keys()]);
    for (const { values } of views) {
      expect(textIn(blockIn(values, 'view'), 'query')).not.toContain('${');
    }
  });

  it.each([...own])('%s has the layout of its file', (name, { columns, partition, cluster }) => {
    const table = byName(deployed, 'google_bigquery_table', 'table_id').get(name) ?? {};
    const made = JSON.parse(textIn(table, 'schema')) as {
      name: string;
      type: string;
      mode: string;
    }[];
    const names: Record<string, string> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' };
    expect(made.map(({ name: column, type, mode }) => `${column} ${type} ${mode}`)).toEqual(
      columns.map(({ name: column, type, required }) => {
        const item = /^ARRAY<(\w+)>$/.exec(type)?.[1];
        const mode = item ? 'REPEATED' : required ? 'REQUIRED' : 'NULLABLE';
        return `${column} ${names[item ?? type] ?? item ?? type} ${mode}`;
      }),
    );
    expect(textIn(blockIn(table, 'time_partitioning'), 'field')).toBe(partition ?? '');
    expect(table.require_partition_filter).toBe(partition !== undefined);
    expect(textsIn(table, 'clustering')).toEqual(cluster ?? []);
  });
});

describe('documents', () => {
  const lastSegment = (path: string): string => path.split('/').at(-1) ?? '';
  const kept: Collection<unknown>[] = [
    ...[candidateDocuments, documents, runDocuments, signalDocuments]
      .flatMap((room) => Object.values(room))
      .flatMap((value) =>
        typeof value === 'object' && 'path' in value ? [value as Collection<unknown>] : [],
      ),
    yearsOf('a'),
    runDocuments.shardsOf('r', { attempt: 1 }),
    signalDocuments.movedBy('p'),
    candidateDocuments.partsOf('p', 'c'),
    documents.unclaimedOf('r'),
  ];
  const collections = new Set(kept.map(({ path }) => lastSegment(path)));

  it('have the indexes that the queries need, for every score and worklist, and no others', () => {
    const made = deployed.cloud
      .all('google_firestore_index')
      .map(({ values }) =>
        [
          textIn(values, 'collection'),
          ...blocksIn(values.fields).map(
            (field) => `${textIn(field, 'field_path')} ${textIn(field, 'order')}`,
          ),
        ].join(', '),
      );
    const needed = indexesOf(pack).map(({ collection, equal, by, direction }) => {
      const order = direction === 'asc' ? 'ASCENDING' : 'DESCENDING';
      return [collection, `${equal} ASCENDING`, `${by} ${order}`].join(', ');
    });
    expect(made.sort()).toEqual(needed.sort());
  });

  it('expire by the field that carries their end', () => {
    const expiring = deployed.cloud
      .all('google_firestore_field')
      .filter(({ values }) => blockIn(values, 'ttl_config'))
      .map(({ values }) => [textIn(values, 'collection'), textIn(values, 'field')]);
    const ending = kept.flatMap(({ path, expiry }) =>
      expiry ? [[lastSegment(path), expiry]] : [],
    );
    expect(ending).toHaveLength(2);
    expect(expiring.sort()).toEqual(ending.sort());
  });

  it('leave out of the indexes what no query looks at', () => {
    for (const { collection, field } of unindexedFields) {
      expect(collections, `the collection of ${collection}.${field}`).toContain(collection);
      const used = indexes.some(
        (index) => index.collection === collection && [index.equal, index.by].includes(field),
      );
      expect(used, `${collection}.${field} is in an index`).toBe(false);
    }
  });
});

describe('alerts and metrics', () => {
  const source = readFileSync(join(root, 'functions', 'log.ts'), 'utf8');
  const events = new Set(
    [...source.matchAll(/write\('[A-Z]+', '([a-z-]+)'\)/g)].map(([, event]) => event),
  );

  const filters = (): string[] => [
    ...deployed.cloud.all('google_logging_metric').map(({ values }) => textIn(values, 'filter')),
    ...deployed.cloud
      .all('google_monitoring_alert_policy')
      .flatMap(({ values }) => blocksIn(values.conditions))
      .map((condition) => textIn(blockIn(condition, 'condition_matched_log'), 'filter'))
      .filter((filter) => filter !== ''),
  ];

  it('match events that functions log', () => {
    const matched = filters().flatMap((filter) =>
      [...filter.matchAll(/jsonPayload\.event = "([^"]+)"/g)].map(([, event]) => event),
    );
    expect(matched.length).toBeGreaterThan(10);
    expect(matched.filter((event) => !events.has(event))).toEqual([]);
  });

  it('know the codes of Salesforce that they match', () => {
    const codes = new Set(
      filters().flatMap((filter) =>
        [...filter.matchAll(/jsonPayload\.code = "([^"]+)"/g)].map(([, code]) => code),
      ),
    );
    const salesforce = ['session.ts', 'failures.ts']
      .map((file) => readFileSync(join(root, 'functions', 'salesforce', file), 'utf8'))
      .join('\n');
    expect([...codes]).toEqual(['daily-limit']);
    for (const code of codes) expect(salesforce).toContain(`'${code}'`);
  });

  it('sum what entries carry, as `counters` of log.ts has it', () => {
    const summed = deployed.cloud
      .all('google_logging_metric')
      .filter(({ values }) => textIn(values, 'value_extractor') !== '')
      .map(({ values }) => {
        const event = /jsonPayload\.event = "([^"]+)"/.exec(textIn(values, 'filter'))?.[1];
        const field = /^EXTRACT\(jsonPayload\.(\w+)\)$/.exec(
          textIn(values, 'value_extractor'),
        )?.[1];
        return [textIn(values, 'name').replace('kenko-', ''), { event, field }];
      });
    expect(Object.fromEntries(summed)).toEqual(counters);
  });

  it('tell a backfill from a run by its id', () => {
    const moment = {
      slot: '2026-03-02T17:00:00Z',
      asOf: '2026-03-02T15:00:00Z',
      date: '2026-03-02',
    };
    expect(runId('saas', 'backfill', moment)).toContain('-backfill-');
    expect(runId('saas', 'scheduled', moment)).not.toContain('-backfill-');
    const finished = byName(deployed, 'google_logging_metric').get('kenko-runs-finished');
    expect(textIn(finished, 'filter')).toContain('NOT jsonPayload.run : "-backfill-"');
  });

  it('reach somebody', () => {
    for (const { values } of deployed.cloud.all('google_monitoring_alert_policy')) {
      expect(textsIn(values, 'notification_channels'), textIn(values, 'display_name')).toHaveLength(
        2,
      );
    }
  });
});
