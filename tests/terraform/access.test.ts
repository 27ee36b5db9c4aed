/** Who reaches the API, from the applied state, and what the function is told about them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfiguration } from '../../functions/config.ts';
import { environmentIn } from '../support/terraform/deployed.ts';
import {
  type Deployment,
  largest,
  openDeployment,
  type PlannedChange,
  smallest,
} from '../support/terraform/deployment.ts';
import { grantsOf } from './cloud/grants.ts';
import { accessProblems, waysTo } from './cloud/reach.ts';

const withTokens = {
  viewers: ['domain:acme.example'],
  editors: ['user:yuki@acme.example', 'user:ken@acme.example'],
  own_accounts: ['domain:partner.example'],
  operators: ['serviceAccount:ops@acme-tools.iam.gserviceaccount.com'],
  audiences: ['32555940559.apps.googleusercontent.com'],
};

let deployment: Deployment;
const deployedWith = (variables: Readonly<Record<string, unknown>>): void => {
  beforeAll(async () => {
    deployment = await openDeployment({ variables });
    await deployment.apply();
  });
  afterAll(() => deployment?.close());
};

const environment = () => environmentIn(deployment, 'api').plain;
const identity = () => readConfiguration('api', environment()).identity;
const ways = () => waysTo(deployment.cloud, 'kenko-api');
const problems = () => accessProblems(deployment.cloud, 'kenko-api', environment());
const isOfTheProxy = ({ type }: { type: string }): boolean => /_(compute|iap)_/.test(type);
const typesOf = (changes: readonly PlannedChange[]): string[] =>
  changes.map(({ type, actions }) => `${type} ${actions.join('+')}`).sort();

async function outputs(): Promise<Record<string, { value: unknown } | undefined>> {
  const { terraform } = deployment;
  const state = `-state=${terraform.folder}/terraform.tfstate`;
  return JSON.parse(await terraform.must('output', state, '-json'));
}

const named = 'https://kenko-api-123456789012.asia-northeast1.run.app';
const short = 'https://asia-northeast1-acme-health.cloudfunctions.net/kenko-api';

describe('with tokens', () => {
  deployedWith({ ...smallest, api_access: withTokens });

  it('everybody reaches the function, which verifies who they are', () => {
    expect(ways()).toEqual([
      { address: named, members: ['allUsers'] },
      { address: short, members: ['allUsers'] },
      {
        address: expect.stringMatching(/^https:\/\/kenko-api-\d+-.*\.a\.run\.app$/),
        members: ['allUsers'],
      },
    ]);
    expect(problems()).toEqual([]);
  });

  it('the function is told its addresses, further audiences and roles', () => {
    expect(identity()).toEqual({
      kind: 'token',
      audiences: [named, short, '32555940559.apps.googleusercontent.com'],
      access: {
        viewer: ['domain:acme.example'],
        editor: ['user:ken@acme.example', 'user:yuki@acme.example'],
        operator: ['serviceAccount:ops@acme-tools.iam.gserviceaccount.com'],
        own: ['domain:partner.example'],
      },
    });
  });

  it('no other function is open', () => {
    const open = grantsOf(deployment.cloud).filter(({ member }) => member.startsWith('all'));
    expect(open.map(({ resource }) => resource.split('/').at(-1))).toEqual(['kenko-api']);
  });

  it('nothing of a load balancer is made, and its APIs stay off', () => {
    expect(deployment.cloud.all().filter(isOfTheProxy)).toEqual([]);
    expect([...deployment.cloud.apis].filter((api) => /^(compute|iap)\./.test(api))).toEqual([]);
  });

  it('the outputs name the address that tokens are for', async () => {
    const { api_address, api_url, function_urls } = await outputs();
    expect(api_url?.value).toBe(named);
    expect(function_urls?.value).toMatchObject({ api: named });
    expect(api_address).toBeUndefined();
  });
});

describe('behind Identity-Aware Proxy', () => {
  deployedWith(largest);
  const audience = () => {
    const [backend] = deployment.cloud.all('google_compute_backend_service');
    return `/projects/123456789012/global/backendServices/${backend?.values.generated_id}`;
  };

  it('nobody reaches the function but through it, and whom it lets in', () => {
    expect(ways()).toEqual([
      {
        address: 'https://kenko.acme.example',
        members: [
          'domain:acme.example',
          'group:cs@acme.example',
          'serviceAccount:ops@acme-tools.iam.gserviceaccount.com',
          'user:yuki@acme.example',
        ],
        audience: audience(),
      },
    ]);
    expect(problems()).toEqual([]);
  });

  it('no function is open', () => {
    expect(grantsOf(deployment.cloud).filter(({ member }) => member.startsWith('all'))).toEqual([]);
  });

  it('the function is told what assertions are made for, and roles; whoever is let in reads', () => {
    expect(identity()).toEqual({
      kind: 'iap',
      audiences: [audience()],
      access: {
        viewer: ['allAuthenticatedUsers'],
        editor: ['domain:acme.example', 'user:yuki@acme.example'],
        operator: ['serviceAccount:ops@acme-tools.iam.gserviceaccount.com'],
        own: [],
      },
    });
  });

  it('the outputs name the domain, and the address that it has to point to', async () => {
    const { api_address, api_url, function_urls } = await outputs();
    expect(api_url?.value).toBe('https://kenko.acme.example');
    expect(function_urls?.value).toMatchObject({ api: 'https://kenko.acme.example' });
    expect(api_address?.value).toBe('203.0.113.7');
  });

  it('another domain gets its certificate before the old one goes', async () => {
    deployment.set({ api_access: { ...largest.api_access, domain: 'health.acme.example' } });
    expect(typesOf(await deployment.plan())).toEqual([
      'google_compute_global_address update',
      'google_compute_managed_ssl_certificate create+delete',
      'google_compute_target_https_proxy update',
    ]);
    await deployment.apply();
    expect(ways().map(({ address }) => address)).toEqual(['https://health.acme.example']);
  });
});

describe('a change from tokens to Identity-Aware Proxy', () => {
  deployedWith({ ...smallest, api_access: withTokens });

  /** What it takes away beside the way in. */
  async function changeTo(api_access: object): Promise<string[]> {
    deployment.set({ api_access });
    const changes = await deployment.plan();
    await deployment.apply();
    expect(problems()).toEqual([]);
    const others = changes.filter((change) => !isOfTheProxy(change));
    return typesOf(others.filter(({ actions }) => actions.includes('delete')));
  }

  it('and back takes away nothing but the way in, and leaves nothing of it behind', async () => {
    const viewers = ['user:ceo@acme.example'];
    const { identity: kind, domain, members } = largest.api_access;
    const onlyTheGrant = ['google_cloud_run_service_iam_member delete'];

    expect(await changeTo({ identity: kind, domain, members, viewers })).toEqual(onlyTheGrant);
    expect(ways().map(({ address }) => address)).toEqual(['https://kenko.acme.example']);
    // Where readers are named, the others whom IAP lets in are none.
    expect(identity()?.access.viewer).toEqual(viewers);
    expect(ways()[0]?.members).toEqual(['group:cs@acme.example', 'user:ceo@acme.example']);

    expect(await changeTo(withTokens)).toEqual([
      ...onlyTheGrant,
      // Terraform forgets these; the APIs stay enabled.
      'google_project_service delete',
      'google_project_service delete',
      'google_project_service_identity delete',
    ]);
    expect(deployment.cloud.all().filter(isOfTheProxy)).toEqual([]);
    expect(ways().map(({ members: reach }) => reach)).toEqual(Array(3).fill(['allUsers']));
    expect(await deployment.plan()).toEqual([]);
  });
});
