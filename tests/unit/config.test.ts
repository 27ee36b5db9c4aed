import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentOf, readConfiguration } from '../../functions/config.ts';
import { type FunctionName, functionNames } from '../../functions/deployed-functions.ts';
import { Rejected } from '../../functions/errors.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const complete = {
  KENKO_PACK: 'saas',
  KENKO_PROJECT: 'acme-health',
  KENKO_DATABASE: 'kenko',
  KENKO_PREFIX: 'kenko',
  KENKO_LOCATION: 'asia-northeast1',
  KENKO_DATASET: 'kenko',
  KENKO_SOURCE_DATASET: 'acme-data.product_events',
  KENKO_MAX_BYTES_BILLED: '50000000000',
  KENKO_SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  KENKO_SALESFORCE_CLIENT_ID: '3MVG9.consumer_key',
  KENKO_SALESFORCE_CLIENT_SECRET: 'hush-client',
  KENKO_API_IDENTITY: 'token',
  KENKO_API_AUDIENCES: 'https://kenko.example',
};
const jwt = {
  ...complete,
  KENKO_SALESFORCE_CLIENT_SECRET: undefined,
  KENKO_SALESFORCE_USERNAME: 'kenko@acme.example',
  KENKO_SALESFORCE_PRIVATE_KEY: privateKey,
};

function refusal(name: FunctionName, environment: Record<string, string | undefined>): string {
  try {
    readConfiguration(name, environment);
  } catch (error) {
    if (error instanceof Rejected) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the environment of a function', () => {
  it.each(functionNames)('is enough for %s where it holds all that environmentOf names', (name) => {
    const named = environmentOf(name).filter(
      (variable) => variable.required || variable.name === 'KENKO_SALESFORCE_CLIENT_SECRET',
    );
    const environment = Object.fromEntries(
      named.map((variable) => [variable.name, Reflect.get(complete, variable.name)]),
    );
    expect(readConfiguration(name, environment).projectId).toBe('acme-health');
  });

  it.each(functionNames)('of %s is refused without any one of the required', (name) => {
    for (const variable of environmentOf(name)) {
      if (!variable.required) continue;
      expect(refusal(name, { ...complete, [variable.name]: undefined })).toBe(
        `${variable.name} is missing; set it to ${variable.meaning}.`,
      );
    }
  });

  it('gives Salesforce to those that write to it, and to nobody else', () => {
    for (const name of functionNames) {
      const salesforce = environmentOf(name).some((v) => v.name.startsWith('KENKO_SALESFORCE'));
      const writers = ['sync-salesforce', 'reconcile', 'notify', 'notify-event'];
      expect(salesforce, name).toBe(writers.includes(name));
    }
  });

  it('names as secrets what is one', () => {
    const secrets = environmentOf('sync-salesforce').filter((variable) => variable.secret);
    expect(secrets.map(({ name }) => name)).toEqual([
      'KENKO_SALESFORCE_PRIVATE_KEY',
      'KENKO_SALESFORCE_CLIENT_SECRET',
    ]);
  });

  it('is that of every function that index.ts registers', () => {
    const index = readFileSync(new URL('../../functions/index.ts', import.meta.url), 'utf8');
    const registered = [...index.matchAll(/\bhttp\(\s*'([a-z-]+)'/g)].map(([, name]) => name);
    expect(registered.sort()).toEqual([...functionNames].sort());
  });
});

describe('a configuration', () => {
  it('holds what the ports of the function need', () => {
    expect(readConfiguration('score', complete)).toEqual({
      pack: 'saas',
      projectId: 'acme-health',
      snapshots: { databaseId: 'kenko' },
      bus: { prefix: 'kenko' },
      warehouse: {
        location: 'asia-northeast1',
        dataset: 'kenko',
        sourceDataset: 'acme-data.product_events',
        maximumBytesBilled: 50_000_000_000,
      },
    });
  });

  it('logs in to Salesforce as the connected app', () => {
    expect(readConfiguration('sync-salesforce', complete).crm).toEqual({
      loginUrl: 'https://acme.my.salesforce.com',
      auth: {
        kind: 'client-credentials',
        clientId: '3MVG9.consumer_key',
        clientSecret: 'hush-client',
      },
    });
  });

  it('logs in with a JWT where a user is named', () => {
    const auth = { kind: 'jwt', username: 'kenko@acme.example', privateKey: privateKey.trim() };
    expect(readConfiguration('sync-salesforce', jwt).crm?.auth).toMatchObject(auth);
    const audience = 'https://test.salesforce.com';
    const sandbox = { ...jwt, KENKO_SALESFORCE_AUDIENCE: audience };
    expect(readConfiguration('sync-salesforce', sandbox).crm?.auth).toMatchObject({ audience });
  });

  it('takes no notice of white space around a value', () => {
    const environment = { ...complete, KENKO_SALESFORCE_CLIENT_SECRET: 'hush-client\n' };
    expect(readConfiguration('sync-salesforce', environment)).toEqual(
      readConfiguration('sync-salesforce', complete),
    );
  });

  it('is refused without a way to log in, naming both', () => {
    const environment = { ...complete, KENKO_SALESFORCE_CLIENT_SECRET: '' };
    expect(refusal('sync-salesforce', environment)).toMatch(
      /^KENKO_SALESFORCE_CLIENT_SECRET is missing; set it to .*, or KENKO_SALESFORCE_USERNAME and KENKO_SALESFORCE_PRIVATE_KEY for a JWT\.$/,
    );
    const noKey = { ...jwt, KENKO_SALESFORCE_PRIVATE_KEY: undefined };
    expect(refusal('sync-salesforce', noKey)).toMatch(/^KENKO_SALESFORCE_PRIVATE_KEY is missing; /);
  });

  it('does without Slack, and without Salesforce, where nothing is to be sent there', () => {
    const spare = Object.fromEntries(
      Object.entries(complete).filter(([name]) => !/SALESFORCE|SLACK/.test(name)),
    );
    expect(readConfiguration('notify', spare)).toEqual({
      pack: 'saas',
      projectId: 'acme-health',
      snapshots: { databaseId: 'kenko' },
    });
    expect(
      readConfiguration('notify', { ...spare, KENKO_SLACK_TOKEN: 'xoxb-1' }).messenger,
    ).toEqual({
      token: 'xoxb-1',
    });
    expect(readConfiguration('notify', complete).crm?.loginUrl).toBe(
      'https://acme.my.salesforce.com',
    );
  });

  it('tells sweep and publish-shard how many messages each function takes at once, as far as that was given', () => {
    const given = { ...complete, KENKO_INSTANCES: 'notify=3,sync-salesforce=10' };
    expect(readConfiguration('sweep', given).instances).toEqual({
      notify: 3,
      'sync-salesforce': 10,
    });
    const publishing = { ...complete, KENKO_INSTANCES: 'publish-shard=20' };
    expect(readConfiguration('publish-shard', publishing).instances).toEqual({
      'publish-shard': 20,
    });
    expect(readConfiguration('sweep', complete).instances).toEqual({});
    expect(readConfiguration('score', given).instances).toBeUndefined();
  });

  it('says who has which role; nobody has one who is not named', () => {
    const given = {
      ...complete,
      KENKO_API_IDENTITY: 'iap',
      KENKO_API_AUDIENCES: '/projects/1/global/backendServices/2',
      KENKO_API_VIEWERS: 'domain:acme.example, user:Ann@partner.example',
      KENKO_API_OPERATORS: 'serviceAccount:ops@acme.iam.gserviceaccount.com',
      KENKO_API_OWN_ACCOUNTS: 'domain:partner.example',
    };
    expect(readConfiguration('api', given).identity).toEqual({
      kind: 'iap',
      audiences: ['/projects/1/global/backendServices/2'],
      access: {
        viewer: ['domain:acme.example', 'user:Ann@partner.example'],
        editor: [],
        operator: ['serviceAccount:ops@acme.iam.gserviceaccount.com'],
        own: ['domain:partner.example'],
      },
    });
    expect(readConfiguration('score', given).identity).toBeUndefined();
    const all = { ...given, KENKO_API_VIEWERS: 'allAuthenticatedUsers' };
    expect(readConfiguration('api', all).identity?.access.viewer).toEqual([
      'allAuthenticatedUsers',
    ]);
    expect(refusal('api', { ...all, KENKO_API_IDENTITY: 'token' })).toMatch(/a Google account;/);
  });

  it('tells all that is wrong at once', () => {
    expect(refusal('api', { KENKO_PACK: 'SaaS' }).split('. ').length).toBeGreaterThan(5);
  });

  const malformed: Record<string, string[]> = {
    KENKO_PACK: ['../saas', 'SaaS'],
    KENKO_PROJECT: ['Acme Health', 'acme_health', '-acme'],
    KENKO_DATABASE: ['K', 'a/b', '(other)'],
    KENKO_PREFIX: ['Kenko', 'kenko-', 'google-kenko', '1kenko'],
    KENKO_LOCATION: ['asia northeast1', 'asia-northeast'],
    KENKO_DATASET: ['acme.kenko', 'ken ko', 'kenko-1'],
    KENKO_SOURCE_DATASET: ['a.b.c', 'acme-data.', '`product`'],
    KENKO_MAX_BYTES_BILLED: ['10GB', '1000', '1e12', '-1'],
    KENKO_INSTANCES: ['5', 'notify=many', 'notify:3'],
    KENKO_API_IDENTITY: ['none', 'IAP'],
    KENKO_API_AUDIENCES: ['two words', 'a,,b'],
    KENKO_API_VIEWERS: ['everybody', 'ann@acme.example', 'group:cs@acme.example', 'user:ann'],
    KENKO_API_EDITORS: ['allUsers', 'allAuthenticatedUsers', 'domain:'],
    KENKO_API_OPERATORS: ['user:a@b.example,allUsers', 'serviceAccount:x'],
    KENKO_API_OWN_ACCOUNTS: ['allUsers', 'partner.example'],
    KENKO_SALESFORCE_LOGIN_URL: [
      'login.salesforce.com',
      'http://acme.my.salesforce.com',
      'https://a.example/x',
    ],
    KENKO_SALESFORCE_CLIENT_ID: ['two words'],
    KENKO_SALESFORCE_USERNAME: ['kenko'],
    KENKO_SALESFORCE_AUDIENCE: ['test'],
    KENKO_SALESFORCE_PRIVATE_KEY: [
      'hush-key',
      '-----BEGIN CERTIFICATE-----\nhush\n-----END CERTIFICATE-----',
    ],
    KENKO_SALESFORCE_CLIENT_SECRET: ['hush hush'],
    KENKO_SLACK_TOKEN: ['hush', 'xoxb-hush hush'],
  };
  const values = Object.entries(malformed).flatMap(([name, all]) =>
    all.map((value) => ({ name, value })),
  );
  it.each(values)('is refused for $name=$value, without repeating the value', ({ name, value }) => {
    const base = /USERNAME|AUDIENCE|PRIVATE_KEY/.test(name) ? jwt : complete;
    const users: [start: string, user: FunctionName][] = [
      ['KENKO_SALESFORCE', 'sync-salesforce'],
      ['KENKO_SLACK', 'notify'],
      ['KENKO_INSTANCES', 'sweep'],
      ['KENKO_API', 'api'],
      ['KENKO', 'score'],
    ];
    const user = users.find(([start]) => name.startsWith(start))?.[1] ?? 'score';
    const { meaning } = environmentOf(user).find((variable) => variable.name === name) ?? {};
    expect(refusal(user, { ...base, [name]: value })).toBe(
      `${name} is malformed; it has to be ${meaning}.`,
    );
  });

  it('is tried here with a malformed value of every variable', () => {
    const all = functionNames.flatMap((name) =>
      environmentOf(name).map((variable) => variable.name),
    );
    expect(Object.keys(malformed).sort()).toEqual([...new Set(all)].sort());
  });
});
