/** What `kenko doctor` looks at: a state folder, or the deployment that the environment names. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Examined } from '../../doctor/checks.ts';
import { troubleOf } from '../../doctor/checks.ts';
import { examineEnvironment } from '../../doctor/configuration.ts';
import { examine } from '../../doctor/examine.ts';
import { type DoctorReport, type Finding, problem } from '../../doctor/report.ts';
import { serverTimeOf } from '../../doctor/server-time.ts';
import { titles } from '../../doctor/texts.ts';
import { requestGoogleToken } from '../../gcp/google-credentials.ts';
import { startSalesforceServer } from '../../local/salesforce/server.ts';
import type { Runtime } from '../../runtime.ts';
import { childOf, customFields } from '../../salesforce/custom-fields.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { runtimeOf } from '../../wiring/deployed.ts';
import { readPackFiles, repositoryRoot } from '../../wiring/deployed-files.ts';
import { readRules } from '../../wiring/deployed-rules.ts';
import { openLocalRuntime } from '../../wiring/twin.ts';

/** Looks at what a process on this machine works with. */
export function examineLocal(runtime: Runtime, salesforceUrl: string): Promise<DoctorReport> {
  return examine(localOf(runtime, salesforceUrl));
}

function localOf(runtime: Runtime, salesforceUrl: string): Examined {
  const { warehouse, snapshots, bus, crm, clock, pack, tables } = runtime;
  return {
    ...{ warehouse, snapshots, bus, crm, clock, pack, tables },
    place: 'local',
    location: null,
    serverTime: () => serverTimeOf(salesforceUrl),
  };
}

/** Looks at a state folder that nobody works on, by way of a copy: opening files changes them. */
export async function examineFolder(folder: string, packName: string): Promise<DoctorReport> {
  const copy = mkdtempSync(join(tmpdir(), 'kenko-doctor-'));
  const opened: (() => Promise<void>)[] = [];
  try {
    cpSync(folder, copy, { recursive: true });
    const packFiles = readPackFiles(packName);
    const pack = parsePack(packFiles);
    const salesforce = await startSalesforceServer({
      path: join(copy, 'salesforce.sqlite'),
      fields: customFields(pack),
      child: childOf(pack),
    });
    opened.push(() => salesforce.close());
    const local = await openLocalRuntime({
      folder: copy,
      pack,
      packFiles,
      endpoint: () => '',
      salesforceUrl: salesforce.url,
      // Nothing is sent: whoever looks changes nothing.
      slackUrl: 'http://127.0.0.1:9',
      log: () => undefined,
    });
    opened.push(() => local.close());
    return await examineLocal(local.runtime, salesforce.url);
  } finally {
    for (const close of opened.reverse()) await close();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Where the time is asked for if there is no Salesforce. */
const googleUrl = 'https://bigquery.googleapis.com';

/** Looks at the deployment whose variables this process was given, as the functions are. */
export async function examineDeployment(): Promise<DoctorReport> {
  const { findings, usable, configuration } = examineEnvironment();
  if (!usable || !configuration) return examine(undefined, findings);
  const wrong = await rulesProblem(configuration.pack);
  if (wrong) return examine(undefined, [...findings, wrong]);
  const { warehouse, snapshots, bus, crm, clock, pack, tables } = await runtimeOf(usable);
  return examine(
    {
      ...{ warehouse, snapshots, bus, clock, pack, tables },
      ...(configuration.crm ? { crm } : {}),
      messenger: (await runtimeOf('notify')).messenger,
      place: 'deployed',
      location: configuration.warehouse?.location ?? null,
      googleToken: requestGoogleToken,
      serverTime: () => serverTimeOf(configuration.crm?.loginUrl ?? googleUrl),
    },
    findings,
  );
}

/** Under the id of the environment, which names the pack: nothing can be opened without it. */
async function rulesProblem(pack: string): Promise<Finding | undefined> {
  try {
    await readRules(pack, repositoryRoot());
    return undefined;
  } catch (error) {
    return { id: 'configuration', ...problem(titles.rules, troubleOf(error)) };
  }
}
