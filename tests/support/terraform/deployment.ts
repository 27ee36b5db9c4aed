/** A deployment on an empty project: the configuration, a bundle, and the cloud that refuses. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '../../../functions/bundle/build.ts';
import { functionNames } from '../../../functions/deployed-functions.ts';
import { packNames, repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { Cloud } from '../../terraform/cloud/cloud.ts';
import { startProviderServer } from '../../terraform/provider/provider-server.ts';
import { readProviderSchemas } from '../../terraform/provider/schema.ts';
import { openTerraform, type Terraform } from './terraform-cli.ts';

const root = repositoryRoot();
export const configuration = join(root, 'terraform');
export const project = 'acme-health';
const number = '123456789012';

/** Everything that is needed, and nothing else. */
export const smallest = {
  project_id: project,
  region: 'asia-northeast1',
  source_dataset: 'warehouse',
  warehouse_location: 'asia-northeast1',
  grant_wait_seconds: 0,
};

/** Everything on. */
export const largest = {
  ...smallest,
  grant_wait_seconds: 1,
  source_dataset: 'acme-data.mart',
  further_source_datasets: ['acme-data.raw', 'local'],
  salesforce: {
    login_url: 'https://acme.my.salesforce.com',
    client_id: 'consumer-key',
    username: 'kenko@acme.example',
    audience: 'https://test.salesforce.com',
  },
  salesforce_private_key: '-----BEGIN PRIVATE KEY-----\nthe first key\n-----END PRIVATE KEY-----\n',
  slack: true,
  slack_token: 'xoxb-the-first-token',
  api_access: {
    identity: 'iap',
    domain: 'kenko.acme.example',
    members: ['group:cs@acme.example'],
    editors: ['user:yuki@acme.example', 'domain:acme.example'],
    operators: ['serviceAccount:ops@acme-tools.iam.gserviceaccount.com'],
    oauth_client: '123456789012-web.apps.googleusercontent.com',
    programmatic_clients: ['123456789012-desktop.apps.googleusercontent.com'],
  },
  oauth_client_secret: 'the secret of the client',
  budget: { amount: 200, billing_account: '012345-6789AB-CDEF01' },
  notification_channels: [`projects/${project}/notificationChannels/77`],
  notification_emails: ['on-call@acme.example'],
  schedules: { intraday: { cron: '0 9-18 * * 1-5', time_zone: 'Asia/Tokyo' } },
  labels: { team: 'customer-success' },
  functions: { api: { min_instances: 1 } },
  retention: { history_days: 800, dead_letter_days: 14 },
};

export interface Deployment {
  cloud: Cloud;
  terraform: Terraform;
  /** Puts a bundle with other content in the place of the one there was. */
  bundle(content: string): void;
  /** Other values of variables from now on. */
  set(variables: Readonly<Record<string, unknown>>): void;
  destroy(): Promise<{ status: number; output: string }>;
  /** `apply`, and an error where it fails. */
  apply(): Promise<string>;
  /** `apply`; what it printed, and 0 where it went through. */
  tryToApply(): Promise<{ status: number; output: string }>;
  /** What `plan` would do, as Terraform counts it. */
  plan(): Promise<PlannedChange[]>;
  close(): void;
}

export interface PlannedChange {
  address: string;
  type: string;
  actions: string[];
}

export interface DeploymentOptions {
  /** Folder of the configuration; the root module without it. */
  configuration?: string;
  variables?: Readonly<Record<string, unknown>>;
}

export function emptyProject(): Cloud {
  return new Cloud(
    { project, number },
    {
      datasets: [
        `projects/${project}/datasets/warehouse`,
        `projects/${project}/datasets/local`,
        'projects/acme-data/datasets/mart',
        'projects/acme-data/datasets/raw',
      ],
      channels: [`projects/${project}/notificationChannels/77`],
    },
  );
}

/** A bundle as `npm run build` leaves it. @returns the path of its manifest */
export function writeBundle(folder: string, content: string): string {
  mkdirSync(folder, { recursive: true });
  const archive = `functions-${content}.zip`;
  writeFileSync(join(folder, archive), content);
  const manifest = join(folder, 'functions.json');
  const written: BundleManifest = {
    archive,
    sha256: createHash('sha256').update(content).digest('hex'),
    functions: functionNames,
    engine_hash: content,
    packs: Object.fromEntries(packNames().map((pack) => [pack, content])),
  };
  writeFileSync(manifest, JSON.stringify(written));
  return manifest;
}

/**
 * A copy of the configuration, with all that it reads, to make changes in.
 * @returns the folder of the root module
 */
export function copyConfiguration(folder: string): string {
  const copy = join(folder, 'terraform');
  cpSync(configuration, copy, {
    recursive: true,
    filter: (path) => !path.includes('.terraform'),
  });
  for (const name of ['rules', 'sql']) symlinkSync(join(root, name), join(folder, name));
  cpSync(join(root, 'functions', 'records'), join(folder, 'functions', 'records'), {
    recursive: true,
  });
  writeBundle(join(folder, 'dist'), 'copy');
  return copy;
}

export async function openDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const cloud = emptyProject();
  cloud.folder = options.configuration ?? configuration;
  const folder = mkdtempSync(join(tmpdir(), 'kenko-deployment-'));
  const servers = await Promise.all(
    Object.entries(readProviderSchemas()).map(
      async ([name, schema]) => [name, await startProviderServer(schema, cloud)] as const,
    ),
  );
  const terraform = openTerraform({
    configuration: options.configuration ?? configuration,
    providers: Object.fromEntries(servers.map(([name, { port }]) => [name, port])),
    variables: { bundle_manifest: writeBundle(folder, 'one'), ...(options.variables ?? smallest) },
  });
  const state = join(terraform.folder, 'terraform.tfstate');
  await terraform.must('init', '-backend=false', '-no-color');
  const common = ['-no-color', '-parallelism=100', '-backup=-', `-state=${state}`];
  const tryToApply = async () => {
    const finished = await terraform.run('apply', '-auto-approve', ...common);
    cloud.grow();
    return finished;
  };
  return {
    cloud,
    terraform,
    tryToApply,
    bundle: (content) => void writeBundle(folder, content),
    set: (variables) => terraform.set(variables),
    destroy: () => terraform.run('destroy', '-auto-approve', ...common),
    async apply() {
      const { status, output } = await tryToApply();
      if (status !== 0) throw new Error(`terraform apply ended with ${status}:\n${output}`);
      return output;
    },
    async plan() {
      const file = join(terraform.folder, 'plan');
      await terraform.must('plan', `-out=${file}`, ...common);
      const shown = await terraform.must('show', '-json', file);
      const { resource_changes: changes = [] } = JSON.parse(shown) as {
        resource_changes?: { address: string; type: string; change: { actions: string[] } }[];
      };
      return changes
        .filter(({ change }) => change.actions.join() !== 'no-op')
        .map(({ address, type, change }) => ({ address, type, actions: change.actions }));
    },
    close() {
      for (const [, server] of servers) server.close();
      terraform.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
