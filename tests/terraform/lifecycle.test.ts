/** A deployment's life: first apply on an empty project, second one, changes, destroy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../../functions/bundle/build.ts';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import {
  copyConfiguration,
  type Deployment,
  largest,
  openDeployment,
  type PlannedChange,
  project,
  smallest,
  writeBundle,
} from '../support/terraform/deployment.ts';
import { deliveryProblems } from './cloud/deliveries.ts';
import { blockIn, textIn, type Values, valueAt } from './provider/values.ts';

let opened: Deployment[] = [];
afterEach(() => {
  for (const deployment of opened) deployment.close();
  opened = [];
});

/** A deployment of this test only. */
async function open(options: Parameters<typeof openDeployment>[0]): Promise<Deployment> {
  const deployment = await openDeployment(options);
  opened.push(deployment);
  return deployment;
}

/** What cannot be had again once it is deleted. */
const holdsData = new Set([
  'google_bigquery_dataset',
  'google_bigquery_table',
  'google_firestore_database',
  'google_secret_manager_secret',
  'google_storage_bucket',
]);

const typesOf = (changes: readonly PlannedChange[]): string[] =>
  changes.map(({ type, actions }) => `${type} ${actions.join('+')}`).sort();

describe.each([
  ['the smallest deployment', smallest],
  ['one with everything on', largest],
])('%s', (_, variables) => {
  it('is made by a first apply on an empty project, and a second one changes nothing', async () => {
    const deployment = await open({ variables });
    await deployment.apply();
    expect(deployment.cloud.tooEarly).toEqual([]);
    expect(deliveryProblems(deployment.cloud)).toEqual([]);
    expect(await deployment.plan()).toEqual([]);
    expect(await deployment.apply()).toContain('0 added, 0 changed, 0 destroyed');
  });

  it('is destroyed once protection is off, and not before', async () => {
    const deployment = await open({ variables });
    await deployment.apply();
    deployment.cloud.foreignTables.add('run_inputs_1');
    const kept = () =>
      deployment.cloud
        .all()
        .filter(({ type, values }) => holdsData.has(type) && !blockIn(values, 'view'))
        .map(({ name }) => name)
        .sort();
    const before = kept();
    const refused = await deployment.destroy();
    expect(refused.status).toBe(1);
    expect(refused.output).toContain('cannot be deleted');
    expect(kept()).toEqual(before);

    deployment.set({ delete_protection: false });
    await deployment.apply();
    const { status, output } = await deployment.destroy();
    expect(status, output).toBe(0);
    expect(deployment.cloud.all().filter(({ type }) => type !== 'google_project_service')).toEqual(
      [],
    );
  });
});

describe('a change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-change-'));
  let deployment: Deployment;
  beforeAll(async () => {
    const configuration = copyConfiguration(folder);
    deployment = await openDeployment({ configuration, variables: largest });
    await deployment.apply();
  });
  afterAll(() => {
    deployment?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const edit = (file: string, change: (text: string) => string): (() => void) => {
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    expect(after, `${file} as edited`).not.toBe(before);
    writeFileSync(path, after);
    return () => writeFileSync(path, before);
  };

  it('of rules or code replaces the archive and deploys the functions, nothing else', async () => {
    deployment.bundle('two');
    const changes = await deployment.plan();
    expect(new Set(typesOf(changes))).toEqual(
      new Set([
        'google_cloudfunctions2_function update',
        'google_storage_bucket_object create+delete',
      ]),
    );
    await deployment.apply();
    expect(await deployment.plan()).toEqual([]);
    expect(deliveryProblems(deployment.cloud)).toEqual([]);
  });

  it('of the checkout that the same archive is in changes nothing', async () => {
    const elsewhere = writeBundle(join(folder, 'elsewhere'), 'two');
    deployment.set({ bundle_manifest: elsewhere });
    expect(await deployment.plan()).toEqual([]);
    // What is uploaded later comes from there.
    writeBundle(join(folder, 'elsewhere'), 'three');
    rmSync(join(folder, 'elsewhere', 'functions-two.zip'));
    await deployment.apply();
    const archives = deployment.cloud.all('google_storage_bucket_object');
    expect(archives.map(({ values }) => textIn(values, 'name'))).toEqual(['functions-three.zip']);
  });

  it('of a schedule changes its job', async () => {
    deployment.set({
      schedules: { daily: { cron: '0 7 * * *' }, intraday: largest.schedules.intraday },
    });
    expect(typesOf(await deployment.plan())).toEqual(['google_cloud_scheduler_job update']);
    await deployment.apply();
  });

  it('of a secret makes the new version first, deploys, and then removes the old one', async () => {
    deployment.set({ salesforce_secret_version: 2, salesforce_private_key: 'the second key' });
    const changes = await deployment.plan();
    expect(changes.map(({ address, actions }) => `${address} ${actions.join('+')}`).sort()).toEqual(
      [
        'module.function["notify"].google_cloudfunctions2_function.this update',
        'module.function["notify-event"].google_cloudfunctions2_function.this update',
        'module.function["reconcile"].google_cloudfunctions2_function.this update',
        'module.function["sync-salesforce"].google_cloudfunctions2_function.this update',
        'module.secret["KENKO_SALESFORCE_PRIVATE_KEY"].google_secret_manager_secret_version.this create+delete',
      ],
    );
    await deployment.apply();
    const secret = `projects/${project}/secrets/kenko-salesforce-private-key`;
    expect(deployment.cloud.secretValues.get(`${secret}/versions/2`)).toBe('the second key');
    const [reader] = deployment.cloud
      .all('google_cloudfunctions2_function')
      .filter(({ values }) => textIn(values, 'name') === 'kenko-sync-salesforce')
      .flatMap(
        ({ values }) =>
          (values.service_config as Values[])[0]?.secret_environment_variables as Values[],
      );
    expect(textIn(reader, 'version')).toBe('2');
  });

  it('of a score makes its indexes', async () => {
    const undo = edit('terraform/data.tf', (text) =>
      text.replace('= local.scores', '= concat(local.scores, ["renewal"])'),
    );
    const changes = await deployment.plan();
    expect(new Set(typesOf(changes))).toEqual(new Set(['google_firestore_index create']));
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter(({ address }) => !address.includes('renewal'))).toEqual([]);
    undo();
  });

  it('that replaces a function also replaces who may call it', async () => {
    const undo = edit('terraform/functions.tf', (text) =>
      text.replace(
        '  region      = var.region\n  resources',
        '  region      = "asia-northeast2"\n  resources',
      ),
    );
    await deployment.apply();
    expect(await deployment.plan()).toEqual([]);
    expect(deliveryProblems(deployment.cloud)).toEqual([]);
    undo();
    await deployment.apply();
  });
});

describe('what `npm run build` makes', () => {
  it('is what the functions are made of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-bundle-'));
    try {
      const { archive } = await buildBundle(repositoryRoot(), folder);
      const variables = { ...smallest, bundle_manifest: join(folder, 'functions.json') };
      const deployment = await open({ variables });
      await deployment.apply();
      const archives = deployment.cloud
        .all('google_cloudfunctions2_function')
        .map(({ values }) => valueAt(values, 'build_config.0.source.0.storage_source.0.object'));
      expect(archives.length).toBeGreaterThan(4);
      expect(new Set(archives)).toEqual(new Set([archive]));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a value of a secret', () => {
  it('is in no plan and in no state', async () => {
    const deployment = await open({ variables: largest });
    await deployment.apply();
    const { terraform } = deployment;
    const state = readFileSync(join(terraform.folder, 'terraform.tfstate'), 'utf8');
    expect(state).toContain('kenko-salesforce-private-key');
    expect(state).not.toContain('the first key');
    expect(state).toContain('kenko-slack-token');
    expect(state).not.toContain(largest.slack_token);
    expect(state).toContain(largest.api_access.oauth_client);
    expect(state).not.toContain(largest.oauth_client_secret);
    deployment.set({ salesforce_secret_version: 2, salesforce_private_key: 'the second key' });
    await deployment.plan();
    const shown = await terraform.must('show', '-json', join(terraform.folder, 'plan'));
    expect(shown).toContain('kenko-salesforce-private-key');
    expect(shown).not.toMatch(/the (first|second) key|the secret of the client/);
    const values = [...deployment.cloud.secretValues.values()];
    expect(values.sort()).toEqual([largest.salesforce_private_key, largest.slack_token].sort());
  });
});

describe('a layout that cannot be changed in place', () => {
  it('is refused, so that no rows are lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-layout-'));
    try {
      const configuration = copyConfiguration(folder);
      const deployment = await open({ configuration });
      await deployment.apply();
      const before = deployment.cloud.all('google_bigquery_table').length;
      const file = join(configuration, 'modules', 'warehouse', 'main.tf');
      const text = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        text.replace('field         = time_partitioning.value', 'field         = "before_date"'),
      );
      const { status, output } = await deployment.tryToApply();
      expect(status).toBe(1);
      expect(output).toContain('deletion_protection is true');
      expect(deployment.cloud.all('google_bigquery_table')).toHaveLength(before);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
