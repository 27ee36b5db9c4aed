/**
 * What jsforce's own tests ask of an org, one call a line: the stand-in answers it as Salesforce does,
 * or says in one sentence that it does not serve it.
 */
import { Connection } from 'jsforce';
import { beforeEach, describe, expect, it } from 'vitest';
import { org, useSalesforce } from './salesforce-under-test.ts';

useSalesforce({
  queryPageSize: 2,
  fields: [
    { name: 'Ext__c', type: 'text', externalId: true },
    { name: 'Key__c', type: 'text', externalId: true, unique: true },
  ],
});
let connection: Connection;
let ids: string[];
beforeEach(async () => {
  connection = new Connection({ loginUrl: org.url, version: '62.0' });
  await connection.authorize({
    grant_type: 'client_credentials',
    client_id: 'kenko',
    client_secret: 'local',
  });
  const made = await accounts().create([1, 2, 3].map((n) => ({ Name: `Account ${n}` })));
  ids = made.map(({ id }) => id ?? '');
});
const accounts = () => connection.sobject('Account');
const nameOf = (record: unknown) => (record as { Name: string } | null)?.Name ?? null;
const all = 'SELECT Id, Name FROM Account ORDER BY Name';

type Call = [name: string, make: () => Promise<unknown>, gives: unknown];
const works: Call[] = [
  ['authorize', async () => connection.userInfo?.organizationId, expect.stringMatching(/^00D/)],
  ['create one', async () => (await accounts().create({ Name: 'Hello' })).success, true],
  ['retrieve one', async () => nameOf(await accounts().retrieve(ids[0] ?? '')), 'Account 1'],
  [
    'retrieve many',
    async () => (await accounts().retrieve(ids)).map(nameOf),
    ['Account 1', 'Account 2', 'Account 3'],
  ],
  [
    'retrieve with fields',
    async () => {
      const found = await accounts().retrieve(ids[0] ?? '', { fields: ['Id', 'Name'] });
      return Object.keys(found);
    },
    ['attributes', 'Id', 'Name'],
  ],
  [
    'update one',
    async () => {
      await accounts().update({ Id: ids[0] ?? '', Name: 'Changed' });
      return nameOf(await accounts().retrieve(ids[0] ?? ''));
    },
    'Changed',
  ],
  [
    'update through a record',
    async () => {
      await accounts()
        .record(ids[0] ?? '')
        .update({ Name: 'Changed' });
      return nameOf(
        await accounts()
          .record(ids[0] ?? '')
          .retrieve(),
      );
    },
    'Changed',
  ],
  [
    'update many',
    async () => {
      const saved = await accounts().update(ids.map((Id) => ({ Id, Name: 'Changed' })));
      return saved.map(({ success }) => success);
    },
    [true, true, true],
  ],
  ['destroy one', async () => (await accounts().destroy(ids[0] ?? '')).success, true],
  [
    'destroy many',
    async () => {
      await accounts().destroy(ids);
      return accounts().retrieve(ids);
    },
    [null, null, null],
  ],
  [
    'upsert that creates, then updates',
    async () => {
      const first = await accounts().upsert({ Name: 'New', Ext__c: 'x' }, 'Ext__c');
      await accounts().upsert({ Name: 'Newer', Ext__c: 'x' }, 'Ext__c');
      return nameOf(await accounts().retrieve(first.id ?? ''));
    },
    'Newer',
  ],
  [
    'upsert of many',
    async () => {
      const rows = ['x', 'y'].map((Ext__c) => ({ Name: Ext__c, Ext__c }));
      return (await accounts().upsert(rows, 'Ext__c')).map(({ success }) => success);
    },
    [true, true],
  ],
  [
    'query and queryMore',
    async () => {
      const first = await connection.query(all);
      const next = await connection.queryMore(first.nextRecordsUrl ?? '');
      return [first.totalSize, first.done, ...[...first.records, ...next.records].map(nameOf)];
    },
    [3, false, 'Account 1', 'Account 2', 'Account 3'],
  ],
  [
    'query with autoFetch',
    async () => (await connection.query(all, { autoFetch: true })).records.length,
    3,
  ],
  [
    'query with scanAll',
    async () => {
      await accounts().destroy(ids[0] ?? '');
      const deleted = 'SELECT Id, IsDeleted FROM Account WHERE IsDeleted = true';
      return (await connection.query(deleted, { scanAll: true })).totalSize;
    },
    1,
  ],
  [
    'query as CSV',
    async () => {
      let text = '';
      for await (const chunk of connection.query(all).stream('csv')) text += String(chunk);
      return text.split('\n')[0];
    },
    'Id,Name',
  ],
  [
    'find and count',
    async () => {
      const found = await accounts().find({ Name: 'account 2' }, ['Id', 'Name']);
      return [
        found.map(nameOf),
        await accounts().count({ Name: { $in: ['Account 1', 'Account 3'] } }),
      ];
    },
    [['Account 2'], 2],
  ],
  [
    'find and update',
    async () => {
      const found = accounts().find({ Name: 'Account 2' }, ['Id']);
      return (await found.update({ Name: 'Changed' })).map(({ success }) => success);
    },
    [true],
  ],
  [
    'find and destroy',
    async () => {
      const found = accounts().find({ Name: 'Account 2' }, ['Id']);
      await found.destroy();
      return accounts().count();
    },
    2,
  ],
  ['describe', async () => (await accounts().describe()).name, 'Account'],
  ['limits', async () => (await connection.limits()).DailyApiRequests?.Max, 1_000_000],
  [
    'usage of the API',
    async () => {
      await connection.limits();
      return connection.limitInfo.apiUsage?.limit;
    },
    1_000_000,
  ],
  [
    'request of a path',
    async () => (await connection.request<{ name: string }>('/sobjects/Account/describe')).name,
    'Account',
  ],
];

const fails: [name: string, make: () => Promise<unknown>, errorCode: string][] = [
  [
    'create without what is required',
    () => accounts().create({ Industry: 'x' }),
    'REQUIRED_FIELD_MISSING',
  ],
  [
    'create with a field that is not there',
    () => accounts().create({ Name: 'x', Nope__c: 1 }),
    'INVALID_FIELD',
  ],
  [
    'update of what was deleted',
    async () => {
      await accounts().destroy(ids[0] ?? '');
      return accounts().update({ Id: ids[0] ?? '', Name: 'x' });
    },
    'ENTITY_IS_DELETED',
  ],
  ['retrieve of what is not there', () => accounts().retrieve('0015gZZZZZZZZZZ'), 'NOT_FOUND'],
  [
    'upsert that finds two',
    async () => {
      await accounts().create([
        { Name: 'a', Ext__c: 'x' },
        { Name: 'b', Ext__c: 'x' },
      ]);
      return accounts().upsert({ Name: 'c', Ext__c: 'x' }, 'Ext__c');
    },
    'MULTIPLE_CHOICES',
  ],
  [
    'create of a value that is taken',
    async () => {
      await accounts().create({ Name: 'a', Key__c: 'x' });
      return accounts().create({ Name: 'b', Key__c: 'X' });
    },
    'DUPLICATE_VALUE',
  ],
  [
    'query that cannot be read',
    () => connection.query('SELECT Id FROM') as unknown as Promise<unknown>,
    'MALFORMED_QUERY',
  ],
  [
    'query of a field that is not there',
    () => connection.query('SELECT Nope__c FROM Account') as unknown as Promise<unknown>,
    'INVALID_FIELD',
  ],
  ['describe of what is not there', () => connection.sobject('Nope__c').describe(), 'NOT_FOUND'],
  [
    'a session that ended',
    async () => {
      org.expireSessions();
      return connection.limits();
    },
    'INVALID_SESSION_ID',
  ],
];

/** By what the refusal calls it. */
const refused: [call: string, make: () => Promise<unknown>][] = [
  ['GET /id/00D5g000000StandIn', () => connection.identity()],
  ['GET /sobjects', () => connection.describeGlobal()],
  ['GET /sobjects/Account', () => connection.recent('Account')],
  ['GET /recent', () => connection.recent()],
  [
    'GET /sobjects/Account/updated',
    () => connection.updated('Account', '2026-03-01', '2026-03-02'),
  ],
  [
    'GET /sobjects/Account/deleted',
    () => connection.deleted('Account', '2026-03-01', '2026-03-02'),
  ],
  ['GET /sobjects/Account/describe/layouts', () => accounts().layouts()],
  ['GET /sobjects/Account/describe/compactLayouts', () => accounts().compactLayouts()],
  ['GET /sobjects/Account/describe/approvalLayouts', () => accounts().approvalLayouts()],
  ['GET /sobjects/Account/listviews', () => accounts().listviews()],
  ['GET /sobjects/Account/quickActions', () => accounts().quickActions()],
  ['GET /search', () => connection.search('FIND {x}') as unknown as Promise<unknown>],
  ['GET /tabs', () => connection.tabs()],
  ['GET /theme', () => connection.theme()],
  ['GET /quickActions', () => connection.quickActions()],
  ['GET /query?explain', () => connection.query(all).explain()],
  ['GET /process', () => connection.process.rule.list()],
  ['GET /analytics', () => connection.analytics.reports()],
  ['GET /chatter', async () => connection.chatter.resource('/users/me').retrieve()],
  [
    'GET /tooling',
    () => connection.tooling.query('SELECT Id FROM ApexClass') as unknown as Promise<unknown>,
  ],
  ['GET /services/apexrest/Mine', () => connection.apex.get('/Mine')],
  [
    'POST /jobs',
    () => connection.bulk2.createJob({ operation: 'insert', object: 'Account' }).open(),
  ],
  ['POST /services/async/62.0', () => connection.bulk.createJob('Account', 'insert').open()],
  ['POST /services/Soap/m', () => connection.metadata.describe()],
  ['POST /services/Soap/u', () => connection.loginBySoap('user', 'password')],
  ['POST /services/oauth2/revoke', () => connection.logoutByOAuth2()],
  ['POST /composite/batch', () => post('/composite/batch', { batchRequests: [] })],
  ['POST /composite/tree', () => post('/composite/tree/Account', { records: [] })],
  ['POST /composite', () => post('/composite', { compositeRequest: [] })],
];
const post = (path: string, body: object): Promise<unknown> => connection.requestPost(path, body);

describe('jsforce’s call works as with Salesforce', () => {
  it.each(works)('%s', async (_, make, gives) => {
    expect(await make()).toEqual(gives);
  });
});

describe('jsforce’s call fails as with Salesforce', () => {
  it.each(fails)('%s', async (_, make, errorCode) => {
    await expect(make()).rejects.toMatchObject({ errorCode });
  });
});

describe('jsforce’s call is refused, by its name', () => {
  it.each(refused)('%s', async (call, make) => {
    const failure: unknown = await make().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toContain(
      `${call}: Kenko does not use this of Salesforce's API, so this stand-in does not serve it.`,
    );
  });

  it.each([
    "SELECT Id FROM Account WHERE Name LIKE 'A%'",
    "SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b'",
    'SELECT Id FROM Account WHERE CreatedDate < 1970-01-01T00:00:00Z',
    'SELECT COUNT(Id) FROM Account GROUP BY Name',
  ])('%s', async (soql) => {
    await expect(connection.query(soql).run()).rejects.toMatchObject({
      errorCode: 'MALFORMED_QUERY',
      message: expect.stringContaining('This stand-in takes SELECT'),
    });
  });
});
