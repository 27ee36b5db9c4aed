/** Chooses the adapters. Nothing else in what is deployed knows which ones there are. */
import { readConfiguration, readQueues } from '../config.ts';
import { type FunctionName, maySpare, type PortName, portsOf } from '../deployed-functions.ts';
import { code, Rejected } from '../errors.ts';
import type { BigQueryWarehouseOptions } from '../gcp/bigquery/warehouse.ts';
import { RampUp } from '../gcp/firestore/ramp-up.ts';
import type { FirestoreSnapshotsOptions } from '../gcp/firestore/snapshots.ts';
import type { GoogleIdentityOptions } from '../gcp/identity.ts';
import type { PubSubBus, PubSubBusOptions } from '../gcp/pubsub/bus.ts';
import { createLog, writeToStdout } from '../log.ts';
import type { Crm } from '../ports/crm.ts';
import type { Identity } from '../ports/identity.ts';
import type { Messenger } from '../ports/messenger.ts';
import type { Snapshots } from '../ports/snapshots.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceCrmOptions } from '../salesforce/crm.ts';
import type { SlackOptions } from '../slack/messenger.ts';
import { systemClock } from '../system-clock.ts';
import { engineHash, repositoryRoot } from './deployed-files.ts';
import { readRules } from './deployed-rules.ts';

let chosen: Runtime | 'stopping' | undefined;
const opened = new Map<FunctionName, Promise<Runtime>>();

/**
 * Makes every function of this process use these adapters instead of Google's services; while it is
 * `stopping`, each refuses what still comes.
 */
export function useRuntime(runtime: Runtime | 'stopping' | undefined): void {
  chosen = runtime;
  opened.clear();
}

/**
 * The runtime of a function: the one chosen for this process, else Google's services as its
 * environment names them, opened with its first request.
 * @throws Rejected `unavailable` saying what the environment lacks, or that the process stops
 */
export async function runtimeOf(name: FunctionName): Promise<Runtime> {
  if (chosen === 'stopping') {
    throw new Rejected(code.unavailable, 'Kenko stops; ask again when it has started.');
  }
  const known = opened.get(name);
  if (known) return known;
  const opening = open(name, chosen);
  opened.set(name, opening);
  // Neither environment nor rules change while a process lives: it is said once.
  opening.catch((error: unknown) => {
    createLog(writeToStdout(undefined), systemClock).notConfigured({ function: name, error });
  });
  return opening;
}

async function open(name: FunctionName, given: Runtime | undefined): Promise<Runtime> {
  return given ? withinReach(name, given) : openGoogleRuntime(name);
}

/** The twin's functions reach no port that they are not configured for in the cloud. */
function withinReach(name: FunctionName, runtime: Runtime): Runtime {
  const reachable: readonly PortName[] = portsOf[name];
  // Whoever chose the runtime may still exchange a port of it.
  const within: Runtime = Object.create(runtime);
  for (const port of ['snapshots', 'bus', 'warehouse', 'crm', 'messenger', 'identity'] as const) {
    if (reachable.includes(port)) continue;
    Object.defineProperty(within, port, { value: outOfReach(name, port) });
  }
  return within;
}

/** A port that nobody configured, where a pack may do without: what is asked of it is refused. */
function absent<P extends PortName>(name: FunctionName, port: P): Runtime[P] {
  if (!maySpare(name, port)) return outOfReach(name, port);
  const refusal = () =>
    Promise.reject(new Rejected('not-configured', `${name} is not configured for ${port}.`));
  return new Proxy({} as Runtime[P], { get: () => refusal });
}

/** A port that is a defect to use. */
function outOfReach<P extends PortName>(name: FunctionName, port: P): Runtime[P] {
  return new Proxy({} as Runtime[P], {
    get() {
      throw new Error(
        `${name} is not configured for ${port}; see portsOf in deployed-functions.ts.`,
      );
    },
  });
}

/** Google's services as the function's environment names them. @throws Rejected */
async function openGoogleRuntime(name: FunctionName): Promise<Runtime> {
  const { pack, projectId, instances, ...ports } = readConfiguration(name);
  const root = repositoryRoot();
  const clock = systemClock;
  const rulesRead = readRules(pack, root);
  const [rules, snapshots, bus, warehouse, crm, messenger, identity] = await Promise.all([
    rulesRead,
    ports.snapshots &&
      firestore({ projectId, ...ports.snapshots }, new RampUp(clock, instances?.['publish-shard'])),
    ports.bus && pubSub({ projectId, clock, ...ports.bus }),
    ports.warehouse && bigQuery({ projectId, clock, ...ports.warehouse }),
    ports.crm && salesforce({ clock, ...ports.crm }, rulesRead),
    ports.messenger && slack(ports.messenger),
    ports.identity && google({ clock, ...ports.identity }),
  ]);
  return {
    ...rules,
    snapshots: snapshots ?? outOfReach(name, 'snapshots'),
    bus: bus ?? outOfReach(name, 'bus'),
    warehouse: warehouse ?? outOfReach(name, 'warehouse'),
    crm: crm ?? absent(name, 'crm'),
    messenger: messenger ?? absent(name, 'messenger'),
    identity: identity ?? outOfReach(name, 'identity'),
    clock,
    ...(instances && { instances }),
    log: createLog(writeToStdout(projectId), clock),
    engineHash: engineHash(root),
  };
}

// Each adapter loads its client with its first call: that is most of a cold start, and many
// requests need one of them or none.

async function firestore(options: FirestoreSnapshotsOptions, rampUp: RampUp): Promise<Snapshots> {
  const { openFirestoreSnapshots } = await import('../gcp/firestore/snapshots.ts');
  return openFirestoreSnapshots({ ...options, rampUp });
}

async function pubSub(options: PubSubBusOptions): Promise<PubSubBus> {
  const { openPubSubBus } = await import('../gcp/pubsub/bus.ts');
  return openPubSubBus(options);
}

async function bigQuery(options: BigQueryWarehouseOptions): Promise<Warehouse> {
  const { openBigQueryWarehouse } = await import('../gcp/bigquery/warehouse.ts');
  return openBigQueryWarehouse(options);
}

async function salesforce(
  options: SalesforceCrmOptions,
  rules: Promise<Pick<Runtime, 'pack'>>,
): Promise<Crm> {
  const { openSalesforceCrm } = await import('../salesforce/crm.ts');
  const { writtenBy } = await import('../salesforce/child-object.ts');
  return writtenBy(openSalesforceCrm(options), (await rules).pack.salesforce);
}

async function slack(options: SlackOptions): Promise<Messenger> {
  const { openSlackMessenger } = await import('../slack/messenger.ts');
  return openSlackMessenger(options);
}

async function google(options: GoogleIdentityOptions): Promise<Identity> {
  const { openGoogleIdentity } = await import('../gcp/identity.ts');
  return openGoogleIdentity(options);
}

/**
 * The queues of the deployment that the environment names, for whoever looks after them by hand,
 * with their own credentials. @throws Rejected `bad-request` saying what the environment lacks
 */
export async function openDeployedBus(): Promise<PubSubBus> {
  return pubSub({ ...readQueues(), clock: systemClock });
}

/**
 * What `score` works with, for whoever looks at the deployment by hand, with their own credentials.
 * @throws Rejected saying what the environment lacks
 */
export function openDeployed(): Promise<Runtime> {
  return open('score', chosen === 'stopping' ? undefined : chosen);
}

/** Loads every adapter and its client, and opens none: for code that is to be compiled ahead. */
export async function loadAdapters(): Promise<void> {
  await Promise.all([
    import('../gcp/firestore/snapshots.ts'),
    import('../gcp/firestore/client.ts'),
    import('../gcp/pubsub/bus.ts'),
    import('../gcp/pubsub/client.ts'),
    import('../gcp/bigquery/warehouse.ts'),
    import('../gcp/bigquery/client.ts'),
    import('../gcp/identity.ts'),
    import('../salesforce/crm.ts'),
    import('../salesforce/child-object.ts'),
    import('../salesforce/connection.ts'),
    import('../slack/messenger.ts'),
  ]);
}
