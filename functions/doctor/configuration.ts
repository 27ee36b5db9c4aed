/** What is wrong with the environment of a deployment, before anything is opened. */
import { createPrivateKey } from 'node:crypto';
import {
  type Configuration,
  configurationProblems,
  namesPort,
  readConfiguration,
  unknownVariables,
} from '../config.ts';
import { functionNames, type PortName, portsOf } from '../deployed-functions.ts';
import { accessFindings } from './access-checks.ts';
import { type Finding, type Found, notChecked, ok, problem, warning } from './report.ts';
import { type CheckId, reasons, configuration as texts, titles } from './texts.ts';

type Environment = Parameters<typeof readConfiguration>[1];

/** A function without Salesforce and one with it: between them, they use every port. */
const withoutSalesforce = 'score';
const withSalesforce = 'sync-salesforce';

export interface ExaminedEnvironment {
  findings: Finding[];
  /** The function whose ports can be opened; undefined where none's can. */
  usable: typeof withoutSalesforce | typeof withSalesforce | undefined;
  /** Of `usable`. */
  configuration: Configuration | undefined;
}

export function examineEnvironment(environment?: Environment): ExaminedEnvironment {
  const bySentence = new Map<string, string[]>();
  const salesforce = namesPort('crm', environment);
  const api = namesPort('identity', environment);
  for (const name of functionNames) {
    const ports: readonly PortName[] = portsOf[name];
    if (ports.includes('crm') && !salesforce) continue;
    if (ports.includes('identity') && !api) continue;
    for (const sentence of configurationProblems(name, environment)) {
      bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), name]);
    }
  }
  const general = new Set(configurationProblems(withoutSalesforce, environment));
  const ofApi = new Set(api ? configurationProblems('api', environment) : []);
  const idOf = (sentence: string): CheckId => {
    if (general.has(sentence)) return 'configuration';
    return ofApi.has(sentence) ? 'api-configuration' : 'salesforce-configuration';
  };
  const wrong = (id: CheckId): Finding[] =>
    [...bySentence]
      .filter(([sentence]) => idOf(sentence) === id)
      .map(([sentence, names]) => ({
        id,
        ...problem(texts.checked(names), texts.wrong(sentence)),
      }));
  const [ours, theirs] = [wrong('configuration'), wrong('salesforce-configuration')];
  const usable =
    ours.length > 0
      ? undefined
      : salesforce && theirs.length === 0
        ? withSalesforce
        : withoutSalesforce;
  const configuration = usable && readConfiguration(usable, environment);
  return {
    findings: [
      ...orOk('configuration', ours),
      ...unknown(environment),
      ...(api
        ? [...wrong('api-configuration'), ...(ofApi.size > 0 ? [] : access(environment))]
        : [finding('api-configuration', (title) => notChecked(title, reasons.noApi))]),
      ...(salesforce
        ? orOk('salesforce-configuration', theirs)
        : [
            finding('salesforce-configuration', (title) => notChecked(title, reasons.noSalesforce)),
          ]),
      ...(configuration ? keyFindings(configuration) : []),
    ],
    usable,
    configuration,
  };
}

const finding = (id: CheckId, found: (title: Finding['checked']) => Found): Finding => ({
  id,
  ...found(titles[id]),
});

const orOk = (id: CheckId, findings: Finding[]): Finding[] =>
  findings.length > 0 ? findings : [finding(id, ok)];

function access(environment: Environment): Finding[] {
  const { identity } = readConfiguration('api', environment);
  return identity
    ? accessFindings(identity).map((found) => ({ id: 'api-configuration', ...found }))
    : [];
}

function unknown(environment: Environment): Finding[] {
  const names = unknownVariables(environment);
  return names.length === 0
    ? []
    : [finding('configuration', (title) => warning(title, texts.unknown(names)))];
}

/** Salesforce asks for certificates of at least this size. */
const leastBits = 2_048;

/** Whether the private key can sign. Nothing of it is ever said. */
function keyFindings({ crm }: Configuration): Finding[] {
  if (crm?.auth.kind !== 'jwt') return [];
  const bits = rsaBits(crm.auth.privateKey);
  return [
    finding('salesforce-key', (title) => {
      if (bits === undefined) return problem(title, texts.key);
      return bits < leastBits ? warning(title, texts.weakKey(bits)) : ok(title);
    }),
  ];
}

function rsaBits(pem: string): number | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : undefined;
  } catch {
    return undefined;
  }
}
