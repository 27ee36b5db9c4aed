/** What every identity may do, from the applied state, against what the functions call. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../functions/deployed-functions.ts';
import { queueNames } from '../../functions/records/messages.ts';
import type { Calls } from '../support/terraform/calls.ts';
import {
  type Deployment,
  largest,
  openDeployment,
  project,
} from '../support/terraform/deployment.ts';
import { needsOfLargest, smallestGrants } from '../support/terraform/needs.ts';
import { observeCalls } from '../support/terraform/observed-calls.ts';
import { grantsOf, grantTexts, permissionsOf } from './cloud/grants.ts';
import { textIn } from './provider/values.ts';

let everything: Deployment;
let calls: Calls;
beforeAll(async () => {
  calls = await observeCalls();
  everything = await openDeployment({ variables: largest });
  await everything.apply();
});
afterAll(() => everything?.close());

const grantsTo = (account: string): string[] => grantTexts(everything.cloud, account);

describe('a function', () => {
  it.each(functionNames)('%s is granted what it calls, and nothing else', (name) => {
    expect(calls.get(name)?.size, 'calls that were seen').toBeGreaterThan(0);
    expect(grantsTo(`kenko-${name}`)).toEqual(smallestGrants(calls, name, needsOfLargest));
  });

  it('runs as an identity of its own', () => {
    const identities = everything.cloud
      .all('google_cloudfunctions2_function')
      .map(({ values }) => textIn((values.service_config as never[])[0], 'service_account_email'));
    expect(new Set(identities).size).toBe(functionNames.length);
  });

  it('may look up jobs that others started, where it takes up their runs', () => {
    const role = `projects/${project}/roles/kenko_jobs`;
    expect(permissionsOf(everything.cloud, role)).toEqual([
      'bigquery.jobs.create',
      'bigquery.jobs.get',
    ]);
  });
});

describe('a queue', () => {
  it.each(queueNames)('%s is sent to, and none of its messages waits for another', (queue) => {
    const sent = [...calls.values()]
      .flatMap((of) => [...of.values()])
      .flatMap((call) => (call.port === 'bus' && call.queue === queue ? [call] : []));
    expect(sent.length).toBeGreaterThan(0);
    const pushes = everything.cloud
      .all('google_pubsub_subscription')
      .filter(({ values }) => textIn(values, 'topic').endsWith(`/kenko-${queue}`));
    for (const { values } of pushes) {
      expect(values.enable_message_ordering).not.toBe(true);
    }
  });
});

describe('other identities', () => {
  it.each(functionNames.filter((name) => name !== 'api'))(
    'whoever calls %s may do nothing else',
    (name) => {
      expect(grantsTo(`kenko-to-${name}`)).toEqual([
        `roles/run.invoker on projects/${project}/locations/asia-northeast1/services/kenko-${name}`,
      ]);
    },
  );

  it('the builder writes images and logs, and reads sources', () => {
    expect(grantsTo('kenko-build')).toEqual([
      `roles/artifactregistry.writer on projects/${project}/locations/asia-northeast1/repositories/kenko-functions`,
      `roles/logging.logWriter on projects/${project}`,
      'roles/storage.objectViewer on projects/_/buckets/acme-health-kenko-source',
      `roles/storage.objectViewer on projects/${project} if resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")`,
    ]);
  });

  it('no account is left without a grant', () => {
    const members = new Set(grantsOf(everything.cloud).map(({ member }) => member));
    const idle = everything.cloud
      .all('google_service_account')
      .map(({ values }) => textIn(values, 'member'))
      .filter((member) => !members.has(member));
    expect(idle).toEqual([]);
  });
});

describe('what nobody gets', () => {
  it('is a basic role, or a role on the project that a smaller resource could carry', () => {
    const broad = grantsOf(everything.cloud).filter(
      ({ role, resource, condition }) =>
        /^roles\/(owner|editor|viewer)$/.test(role) ||
        (resource === `projects/${project}` &&
          condition === undefined &&
          !/^roles\/(bigquery\.jobUser|logging\.logWriter)$|\/roles\/kenko_jobs$/.test(role)),
    );
    expect(broad).toEqual([]);
  });

  it('is the way to internal functions from outside', () => {
    const outside = everything.cloud
      .all('google_cloudfunctions2_function')
      .filter(
        ({ values }) =>
          textIn((values.service_config as never[])[0], 'ingress_settings') !==
          'ALLOW_INTERNAL_ONLY',
      )
      .map(({ values }) => textIn(values, 'name'));
    expect(outside).toEqual(['kenko-api']);
  });
});
