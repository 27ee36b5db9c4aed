/** The checks check: each mistake that somebody could make in the configuration is found. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf } from '../../functions/config.ts';
import type { Calls } from '../support/terraform/calls.ts';
import { environmentIn } from '../support/terraform/deployed.ts';
import {
  copyConfiguration,
  type Deployment,
  largest,
  openDeployment,
} from '../support/terraform/deployment.ts';
import { type Mistake, made, refused } from '../support/terraform/mistakes.ts';
import { needsOfLargest, smallestGrants } from '../support/terraform/needs.ts';
import { observeCalls } from '../support/terraform/observed-calls.ts';
import { deliveryProblems } from './cloud/deliveries.ts';
import { grantTexts } from './cloud/grants.ts';
import { accessProblems } from './cloud/reach.ts';

/** Everything wrong that the other tests would find. */
function problemsIn(deployment: Deployment, calls: Calls): string {
  const names = [...calls.keys()];
  const grants = names.flatMap((name) => {
    const needed = smallestGrants(calls, name, needsOfLargest);
    const has = grantTexts(deployment.cloud, `kenko-${name}`);
    return [
      ...needed.filter((grant) => !has.includes(grant)).map((grant) => `${name} lacks ${grant}`),
      ...has.filter((grant) => !needed.includes(grant)).map((grant) => `${name} has ${grant}`),
    ];
  });
  const variables = names.flatMap((name) => {
    const { plain, secret } = environmentIn(deployment, name);
    const given = Object.keys({ ...plain, ...secret });
    const known = environmentOf(name as Parameters<typeof environmentOf>[0]);
    return [
      ...known
        .filter((v) => v.required && !given.includes(v.name))
        .map((v) => `${name} lacks ${v.name}`),
      ...given
        .filter((v) => !known.some((k) => k.name === v))
        .map((v) => `${name} does not know ${v}`),
    ];
  });
  const early = deployment.cloud.tooEarly.map((problem) => `too early: ${problem}`);
  const access = accessProblems(
    deployment.cloud,
    'kenko-api',
    environmentIn(deployment, 'api').plain,
  );
  return [...grants, ...variables, ...deliveryProblems(deployment.cloud), ...access, ...early].join(
    '\n',
  );
}

let folder = '';
let opened: Deployment | undefined;
afterEach(() => {
  opened?.close();
  opened = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function withMistake(mistake?: Mistake): Promise<Deployment> {
  folder = mkdtempSync(join(tmpdir(), 'kenko-mistake-'));
  const configuration = copyConfiguration(folder);
  for (const edit of mistake ? [mistake, ...(mistake.also ? [mistake.also] : [])] : []) {
    const file = join(configuration, edit.file);
    const before = readFileSync(file, 'utf8');
    const after = before.replace(edit.from, edit.to);
    if (after === before) throw new Error(`${edit.file} has no ${edit.from}; mend this test.`);
    writeFileSync(file, after);
  }
  opened = await openDeployment({ configuration, variables: largest });
  if (mistake?.slow) opened.cloud.slow.set(...mistake.slow);
  return opened;
}

describe('is refused', () => {
  it.each(refused.map((mistake) => [mistake.what, mistake] as const))('%s', async (_, mistake) => {
    const deployment = await withMistake(mistake);
    const { status, output } = await deployment.tryToApply();
    expect(status).toBe(1);
    expect(output.replace(/\s+/g, ' ')).toMatch(mistake.found);
  });
});

describe('is found in what was made', () => {
  let calls: Calls;
  beforeAll(async () => {
    calls = await observeCalls();
  });

  it('nothing, where there is no mistake', async () => {
    const deployment = await withMistake();
    await deployment.apply();
    expect(problemsIn(deployment, calls)).toBe('');
  });

  it.each(made.map((mistake) => [mistake.what, mistake] as const))('%s', async (_, mistake) => {
    const deployment = await withMistake(mistake);
    await deployment.apply();
    expect(problemsIn(deployment, calls)).toMatch(mistake.found);
  });
});
