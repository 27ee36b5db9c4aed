/** The examples work as they are, on an empty project. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  copyConfiguration,
  type Deployment,
  openDeployment,
  project,
} from '../support/terraform/deployment.ts';
import { deliveryProblems } from './cloud/deliveries.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-example-'));
let deployment: Deployment | undefined;
afterEach(() => {
  deployment?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the example', () => {
  it.each([
    ['smallest', {}],
    [
      'production',
      { billing_account: '012345-6789AB-CDEF01', salesforce_private_key: 'the private key' },
    ],
  ])('%s is applied, and a second apply changes nothing', async (name, variables) => {
    const example = join(copyConfiguration(folder), 'examples', name);
    const main = join(example, 'main.tf');
    // State stays here, and nobody waits for Google to put grants into force.
    const text = readFileSync(main, 'utf8').replace(/\n {2}backend "gcs" \{[^}]*\}\n/, '\n');
    writeFileSync(
      main,
      text.replace('project_id         =', 'grant_wait_seconds = 0\n  project_id ='),
    );
    deployment = await openDeployment({
      configuration: example,
      variables: { project_id: project, ...variables },
    });
    await deployment.apply();
    expect(deployment.cloud.tooEarly).toEqual([]);
    expect(deliveryProblems(deployment.cloud)).toEqual([]);
    expect(await deployment.plan()).toEqual([]);
  });
});
