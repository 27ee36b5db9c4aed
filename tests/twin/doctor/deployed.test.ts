/** What only a deployment has: an environment, a key, a place, a clock beyond this machine. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineEnvironment } from '../../../functions/doctor/configuration.ts';
import { examine } from '../../../functions/doctor/examine.ts';
import { serverTimeOf } from '../../../functions/doctor/server-time.ts';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import { closeServer, listenOnLoopback } from '../../../functions/local/loopback.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { location, openBigQuery } from '../../stand-ins/bigquery-under-test.ts';
import { findingsOf, sourceTables, wrongIn } from '../../support/doctor/fixture.ts';

const pemOf = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
const key = pemOf(2048);

const right = {
  KENKO_PACK: 'saas',
  KENKO_PROJECT: 'acme-health',
  KENKO_DATABASE: 'kenko',
  KENKO_PREFIX: 'kenko',
  KENKO_LOCATION: 'EU',
  KENKO_DATASET: 'kenko',
  KENKO_SOURCE_DATASET: 'product',
  KENKO_MAX_BYTES_BILLED: '50000000000',
  KENKO_API_IDENTITY: 'token',
  KENKO_API_AUDIENCES: 'https://kenko-api-123456789012.asia-northeast1.run.app',
  KENKO_API_VIEWERS: 'domain:acme.example',
  KENKO_API_OPERATORS: 'user:ken@acme.example',
  KENKO_SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  KENKO_SALESFORCE_CLIENT_ID: 'consumer-key',
  KENKO_SALESFORCE_USERNAME: 'kenko@acme.example',
  KENKO_SALESFORCE_PRIVATE_KEY: key,
};
const salesforce = Object.keys(right).filter((name) => name.startsWith('KENKO_SALESFORCE_'));

describe('the environment', () => {
  it('that is right opens every port', () => {
    const { findings, usable } = examineEnvironment({ ...right, PATH: '/bin' });
    expect(wrongIn(findings)).toEqual([]);
    expect(usable).toBe('sync-salesforce');
  });

  it('without a variable names it, and the functions that need it, and nothing can be opened', () => {
    const { findings, usable } = examineEnvironment({ ...right, KENKO_DATASET: undefined });
    expect(wrongIn(findings)).toEqual([
      expect.stringMatching(
        /^problem configuration environment variables of score, score-shard, .*: KENKO_DATASET is missing/,
      ),
    ]);
    expect(usable).toBeUndefined();
  });

  it('that is wrong about Salesforce still opens the rest', () => {
    const { findings, usable } = examineEnvironment({
      ...right,
      KENKO_SALESFORCE_CLIENT_ID: '',
    });
    expect(wrongIn(findings)).toEqual([
      expect.stringMatching(
        /^problem salesforce-configuration .*sync-salesforce, .*: KENKO_SALESFORCE_CLIENT_ID is missing/,
      ),
    ]);
    expect(usable).toBe('score');
  });

  it('of a deployment without Salesforce is right', () => {
    const without = Object.fromEntries(
      Object.entries(right).filter(([name]) => !salesforce.includes(name)),
    );
    const { findings, usable } = examineEnvironment(without);
    expect(wrongIn(findings)).toEqual([
      expect.stringMatching(/^not-checked salesforce-configuration .*no Salesforce is set up/),
    ]);
    expect(usable).toBe('score');
  });

  it('that is wrong about the API still opens the rest', () => {
    const { findings, usable } = examineEnvironment({ ...right, KENKO_API_IDENTITY: 'ldap' });
    expect(wrongIn(findings)).toEqual([
      expect.stringMatching(/^problem api-configuration .*of api: KENKO_API_IDENTITY is malformed/),
    ]);
    expect(usable).toBe('sync-salesforce');
  });

  it('without the variables of the API says where they come from', () => {
    const without = Object.fromEntries(
      Object.entries(right).filter(([name]) => !name.startsWith('KENKO_API_')),
    );
    expect(wrongIn(examineEnvironment(without).findings)).toEqual([
      expect.stringMatching(/^not-checked api-configuration .*no KENKO_API_ variable is given/),
    ]);
  });

  const iap = { KENKO_API_IDENTITY: 'iap' };
  const backend = '/projects/123456789012/global/backendServices/987';
  it.each<[string, Record<string, string>, RegExp[]]>([
    ['of assertions', { ...iap, KENKO_API_AUDIENCES: backend }, []],
    ['of tokens behind IAP', iap, [/^problem .*Nobody is let in: .*Identity-Aware Proxy makes/]],
    [
      'of assertions without IAP',
      { KENKO_API_AUDIENCES: backend },
      [/^problem .*Nobody is let in: .*ID tokens are made for/],
    ],
    [
      'that gcloud makes tokens for',
      {
        KENKO_API_AUDIENCES: `${right.KENKO_API_AUDIENCES},32555940559.apps.googleusercontent.com`,
      },
      [/^warning .*whoever is sent one elsewhere/],
    ],
  ])('with an audience %s says what follows', (_, changed, said) => {
    expect(wrongIn(examineEnvironment({ ...right, ...changed }).findings)).toEqual(
      said.map((each) => expect.stringMatching(each)),
    );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['anything', { KENKO_API_VIEWERS: '' }, /^warning .*Nobody has a role/],
    ['more than read', {}, /^warning .*Nobody may enter/],
    ['operate', { KENKO_API_EDITORS: 'user:yuki@acme.example' }, /^warning .*Nobody may release/],
  ])('in which nobody may %s says so', (_, changed, said) => {
    const environment = { ...right, KENKO_API_OPERATORS: '', ...changed };
    expect(wrongIn(examineEnvironment(environment).findings)).toEqual([
      expect.stringMatching(said),
    ]);
  });

  it('with a variable that nothing reads says so', () => {
    const { findings } = examineEnvironment({ ...right, KENKO_DATA_SET: 'kenko' });
    expect(wrongIn(findings)).toEqual([
      expect.stringMatching(/^warning configuration .*Nothing reads KENKO_DATA_SET/),
    ]);
  });

  it.each([
    ['cut short', `${key.slice(0, 200)}\n-----END PRIVATE KEY-----`, /^problem .*no RSA key/],
    [
      'of another sort',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }) as string,
      /^problem .*no RSA key/,
    ],
    [
      'that signs otherwise',
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }) as string,
      /^problem .*no RSA key/,
    ],
    ['too small', pemOf(1024), /^warning .*only 1024 bits/],
  ])('with a private key %s says so, and repeats nothing of it', (_, pem, said) => {
    const { findings } = examineEnvironment({ ...right, KENKO_SALESFORCE_PRIVATE_KEY: pem });
    expect(wrongIn(findings)).toEqual([expect.stringMatching(said)]);
    const secret = pem.split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    expect(JSON.stringify(findings)).not.toContain(secret.slice(0, 20));
  });

  it('that is wrong leaves the rest unchecked, and says because of what', async () => {
    const { findings } = examineEnvironment({ ...right, KENKO_DATASET: 'no dataset!' });
    const report = await examine(undefined, findings);
    const rest = wrongIn(report.findings).slice(1);
    expect(rest.length).toBeGreaterThan(8);
    expect(JSON.stringify(report)).not.toContain('no dataset!');
    for (const each of rest)
      expect(each).toMatch(/^not-checked .*wrong with environment variables/);
  });
});

it('a dataset in another region is a problem of each of its tables', async () => {
  const bigQuery = await openBigQuery();
  try {
    await bigQuery.tables.transaction(async (connection) => {
      await connection.run('CREATE SCHEMA IF NOT EXISTS elsewhere');
      for (const statement of sourceTables) {
        await connection.run(statement.replace('source.', 'elsewhere.'));
      }
    });
    const tables = readTableSchemas(join(repositoryRoot(), 'sql', 'tables'));
    for (const [table, schema] of tables) await bigQuery.warehouse.createTable(table, schema);
    const examined = (sourceDataset: string, place = location) => ({
      examined: () => ({
        warehouse: bigQuery.warehouseWith({ sourceDataset, location: place }),
        location: place,
      }),
    });
    expect(wrongIn(await findingsOf(examined('elsewhere')))).toEqual([
      expect.stringMatching(/^problem sources source table accounts: It is in EU, but jobs run in/),
      expect.stringMatching(/^problem sources source table usage_daily: It is in EU/),
      expect.stringMatching(/^not-checked freshness/),
    ]);
    expect(wrongIn(await findingsOf(examined('elsewhere', 'EU')))).toEqual([
      ...[...tables.keys()].map((table) =>
        expect.stringMatching(`^problem own-tables table ${table}: It is in asia-northeast1`),
      ),
      expect.stringMatching(/^problem freshness .*not found in location EU/),
    ]);
  } finally {
    await bigQuery.close();
  }
});

describe('the time of another machine', () => {
  it('is that of its answer, whatever it answers', async () => {
    const server = createServer((_, response) => {
      response.sendDate = false;
      response.writeHead(404, { Date: 'Mon, 02 Mar 2026 01:00:00 GMT' }).end();
    });
    const url = await listenOnLoopback(server);
    expect(await serverTimeOf(url)).toEqual(new Date('2026-03-02T01:00:00Z'));
    await closeServer(server);
    await expect(serverTimeOf(url)).rejects.toThrow(`Nothing answers at ${url}`);
  });
});
