/** The code and what is deployed for it: they have to know each other's names and times. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, readConfiguration } from '../../functions/config.ts';
import {
  type FunctionName,
  functionNames,
  maySpare,
  portsOf,
} from '../../functions/deployed-functions.ts';
import { announcedMs } from '../../functions/publish/overrides.ts';
import { queueConsumers, queues } from '../../functions/records/messages.ts';
import { leaseMs } from '../../functions/runs/leases.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { longestLifeMs, usualInstances } from '../../functions/sweep/capacity.ts';
import { longestCallSeconds } from '../../functions/sync/reconcile.ts';
import { readPackFiles } from '../../functions/wiring/deployed-files.ts';
import {
  byName,
  deployedFunctions,
  environmentIn,
  serviceOf,
} from '../support/terraform/deployed.ts';
import {
  type Deployment,
  largest,
  openDeployment,
  project,
  smallest,
} from '../support/terraform/deployment.ts';
import { functionAt } from './cloud/deliveries.ts';
import { blockIn, textIn, type Values } from './provider/values.ts';

const pack = parsePack(readPackFiles('saas'));

let deployed: Deployment;
beforeAll(async () => {
  deployed = await openDeployment({ variables: largest });
  await deployed.apply();
});
afterAll(() => deployed?.close());

describe('functions', () => {
  it('are those of functions/index.ts', () => {
    expect(deployedFunctions(deployed)).toEqual([...functionNames].sort());
  });

  it('that work with Salesforce are left out where there is none', async () => {
    const small = await openDeployment({ variables: smallest });
    try {
      await small.apply();
      const without = functionNames.filter(
        (name) => !(portsOf[name] as readonly string[]).includes('crm') || maySpare(name, 'crm'),
      );
      expect(deployedFunctions(small)).toEqual([...without].sort());
    } finally {
      small.close();
    }
  });
});

describe.each(functionNames)('the environment of %s', (name: FunctionName) => {
  it('holds every variable that it reads, and none that it does not', () => {
    const { plain, secret } = environmentIn(deployed, name);
    const known = environmentOf(name);
    const given = [...Object.keys(plain), ...Object.keys(secret)];
    const needed = known.filter(({ required }) => required).map((variable) => variable.name);
    expect(given).toEqual(expect.arrayContaining(needed));
    expect(given.filter((variable) => !known.some((k) => k.name === variable))).toEqual([]);
  });

  it('takes secrets from Secret Manager, and nothing else', () => {
    const { plain, secret } = environmentIn(deployed, name);
    for (const variable of environmentOf(name)) {
      if (variable.secret) expect(plain).not.toHaveProperty(variable.name);
      else expect(secret).not.toHaveProperty(variable.name);
    }
  });

  it('is understood', () => {
    const { plain, secret } = environmentIn(deployed, name);
    const configuration = readConfiguration(name, { ...plain, ...secret });
    expect(configuration).toMatchObject({ pack: 'saas', projectId: project });
    if (configuration.warehouse) {
      expect(
        byName(deployed, 'google_bigquery_dataset', 'dataset_id').has(
          configuration.warehouse.dataset,
        ),
      ).toBe(true);
      expect(configuration.warehouse.sourceDataset).toBe('acme-data.mart');
    }
    if (configuration.snapshots) {
      expect(
        byName(deployed, 'google_firestore_database').has(configuration.snapshots.databaseId),
      ).toBe(true);
    }
  });
});

describe('Salesforce by client credentials', () => {
  it('is understood too', async () => {
    const { login_url, client_id } = largest.salesforce;
    const variables = {
      ...largest,
      salesforce: { login_url, client_id },
      salesforce_client_secret: 'hush-client',
    };
    const other = await openDeployment({ variables });
    try {
      await other.apply();
      const { plain, secret } = environmentIn(other, 'sync-salesforce');
      expect(readConfiguration('sync-salesforce', { ...plain, ...secret }).crm?.auth).toEqual({
        kind: 'client-credentials',
        clientId: client_id,
        clientSecret: 'hush-client',
      });
    } finally {
      other.close();
    }
  });
});

describe.each(Object.entries(queueConsumers))('the queue %s', (queue, consumer) => {
  it('has its topic, its subscription and its dead letters, by the names that the code uses', () => {
    expect(byName(deployed, 'google_pubsub_topic').has(`kenko-${queue}`)).toBe(true);
    const push = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}`);
    const topic = `projects/${project}/topics/kenko-${queue}`;
    expect(textIn(push, 'topic')).toBe(topic);
    expect(textIn(blockIn(push ?? {}, 'dead_letter_policy'), 'dead_letter_topic')).toBe(
      `${topic}-dead`,
    );
    const dead = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}-dead`);
    expect(textIn(dead, 'topic')).toBe(`${topic}-dead`);
    expect(blockIn(dead ?? {}, 'push_config')).toBeUndefined();
  });

  it(`is pushed to ${consumer}`, () => {
    const push = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}`) ?? {};
    const uri = textIn(blockIn(push, 'push_config'), 'push_endpoint');
    expect(functionAt(deployed.cloud, uri)?.name.split('/').at(-1)).toBe(`kenko-${consumer}`);
  });

  it('gives its consumer less time than a delivery, and a run its lease for longer', () => {
    const push = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}`) ?? {};
    const timeout = Number(serviceOf(deployed, consumer).timeout_seconds);
    expect(timeout).toBeLessThan(Number(push.ack_deadline_seconds));
    expect(timeout * 1000).toBeLessThan(leaseMs);
  });

  it('lets a message that is delivered live no longer than sweep waits for it', () => {
    const push = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}`) ?? {};
    const retry = blockIn(push, 'retry_policy') ?? {};
    const [least, most] = ['minimum_backoff', 'maximum_backoff'].map((name) =>
      Number.parseInt(textIn(retry, name), 10),
    );
    const attempts = Number(blockIn(push, 'dead_letter_policy')?.max_delivery_attempts);
    let seconds = attempts * Number(push.ack_deadline_seconds);
    for (let n = 0; n < attempts - 1; n += 1) seconds += Math.min(most ?? 0, (least ?? 0) * 2 ** n);
    expect(longestLifeMs).toBeGreaterThan(seconds * 1000);
  });

  it('tries a message as often as the twin does', () => {
    const push = byName(deployed, 'google_pubsub_subscription').get(`kenko-${queue}`) ?? {};
    expect(blockIn(push, 'dead_letter_policy')?.max_delivery_attempts).toBe(20);
    expect(textIn(blockIn(push, 'retry_policy'), 'maximum_backoff')).toBe('600s');
  });
});

describe('queues', () => {
  it('are those of functions/records/messages.ts, and no others', () => {
    const names = Object.keys(queues).flatMap((queue) => [`kenko-${queue}`, `kenko-${queue}-dead`]);
    expect([...byName(deployed, 'google_pubsub_topic').keys()].sort()).toEqual(names.sort());
  });
});

describe('sweep', () => {
  const instances = (from: Deployment) =>
    readConfiguration('sweep', environmentIn(from, 'sweep').plain).instances;

  it('is told how many messages the consumers take at once, which are as many as it supposes', () => {
    expect(instances(deployed)).toMatchObject(usualInstances);
  });

  it('is told of other sizes', async () => {
    const functions = { 'sync-salesforce': { max_instances: 10 } };
    const other = await openDeployment({ variables: { ...largest, functions } });
    try {
      await other.apply();
      expect(instances(other)).toMatchObject({ ...usualInstances, 'sync-salesforce': 10 });
    } finally {
      other.close();
    }
  });
});

describe('jobs', () => {
  const jobOf = (name: string): Values =>
    byName(deployed, 'google_cloud_scheduler_job').get(`kenko-${name}`) ?? {};

  it.each([
    ['daily', 'score'],
    ['intraday', 'score'],
    ['reconcile', 'reconcile'],
    ['reconcile-resume', 'reconcile'],
    ['sweep', 'sweep'],
  ])('%s calls %s and waits as long as it may take', (name, target) => {
    const http = blockIn(jobOf(name), 'http_target') ?? {};
    expect(functionAt(deployed.cloud, textIn(http, 'uri'))?.name.split('/').at(-1)).toBe(
      `kenko-${target}`,
    );
    expect(textIn(jobOf(name), 'attempt_deadline')).toBe(
      `${serviceOf(deployed, target).timeout_seconds}s`,
    );
  });

  it('resume a comparison with a body that the function understands', () => {
    const bodyOf = (name: string) =>
      Buffer.from(textIn(blockIn(jobOf(name), 'http_target') ?? {}, 'body'), 'base64').toString();
    expect(JSON.parse(bodyOf('reconcile-resume'))).toEqual({ resume: true });
    expect(JSON.parse(bodyOf('reconcile'))).toEqual({});
    expect(longestCallSeconds).toBeLessThan(
      Number(serviceOf(deployed, 'reconcile').timeout_seconds),
    );
    const minutes = textIn(jobOf('reconcile-resume'), 'schedule').split(' ')[0]?.split(',') ?? [];
    const apart = minutes.map(
      (at, i) => (Number(minutes[(i + 1) % minutes.length]) - Number(at) + 60) % 60,
    );
    for (const wait of apart) expect(wait * 60).toBeGreaterThan(longestCallSeconds);
  });

  it('run in the zone of the pack, where none is given', () => {
    expect(textIn(jobOf('daily'), 'time_zone')).toBe(pack.zone);
  });

  it('sweep three times while the beginning and the end of an override are announced', () => {
    const [, minutes] = /^\*\/(\d+) /.exec(textIn(jobOf('sweep'), 'schedule')) ?? [];
    expect(Number(minutes) * 3 * 60_000).toBeLessThanOrEqual(announcedMs);
  });
});
