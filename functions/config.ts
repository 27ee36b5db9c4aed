/** All that comes from the environment; nothing else reads it. */
import { z } from 'zod';
import { type FunctionName, maySpare, type PortName, portsOf } from './deployed-functions.ts';
import { code, Rejected } from './errors.ts';
import type { CrmAuth } from './ports/crm.ts';
import type { Access } from './ports/identity.ts';

/** Colours are left out where the output is no terminal or the user says so. */
export function wantsColour(isTerminal: boolean | undefined): boolean {
  return isTerminal === true && !process.env.NO_COLOR;
}

/** BigQuery bills at least this for every table a query reads. */
const leastBytesBilled = 10 * 1024 * 1024;

interface Variable {
  /** Of the value without white space around it: secrets are often stored with a line end. */
  schema: z.ZodType<string>;
  /** What it says, and what a right value looks like. */
  meaning: string;
  secret?: true;
  /** A function works without it, or with another one in its place. */
  optional?: true;
}

/** Origins only: a path would be lost where the client appends its own. */
const origin = z.string().regex(/^(https:\/\/[\w.-]+(:\d+)?|http:\/\/127\.0\.0\.1:\d+)\/?$/);
const word = z.string().regex(/^[^\s]+$/);

/** Whom a role is given to, as Google writes members. */
const member = z
  .string()
  .regex(/^(user|serviceAccount):[^\s:,@]+@[^\s:,@]+$|^domain:[\w.-]+$|^all(Authenticated)?Users$/);
const somebody = member.refine((given) => !given.startsWith('all'));
const listOf = (item: z.ZodType<string>) =>
  z.string().refine((text) => text.split(',').every((one) => item.safeParse(one.trim()).success));

const variables = {
  KENKO_PACK: {
    schema: z.string().regex(/^[a-z][a-z0-9_-]*$/),
    meaning: 'the name of a folder in rules/, e.g. saas',
  },
  KENKO_PROJECT: {
    schema: z.string().regex(/^([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]$/),
    meaning: 'the id of the Google Cloud project, e.g. acme-health',
  },
  KENKO_DATABASE: {
    schema: z.string().regex(/^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/),
    meaning: 'the id of the Firestore database, e.g. kenko',
  },
  KENKO_PREFIX: {
    schema: z.string().regex(/^(?!goog)[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/),
    meaning: 'what the names of topics and subscriptions begin with, e.g. kenko',
  },
  KENKO_LOCATION: {
    schema: z.string().regex(/^[A-Za-z]+(-[a-z]+\d+)?$/),
    meaning: 'the BigQuery location of both datasets, e.g. asia-northeast1',
  },
  KENKO_DATASET: {
    schema: z.string().regex(/^\w{1,1024}$/),
    meaning: 'the id of the BigQuery dataset that Kenko writes, e.g. kenko',
  },
  KENKO_SOURCE_DATASET: {
    schema: z.string().regex(/^(([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]\.)?\w{1,1024}$/),
    meaning: 'the BigQuery dataset of the team\'s tables, "dataset" or "project.dataset"',
  },
  KENKO_MAX_BYTES_BILLED: {
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .refine((bytes) => Number(bytes) >= leastBytesBilled),
    meaning: `the most bytes that one BigQuery job may bill, a whole number of at least ${leastBytesBilled}`,
  },
  KENKO_SALESFORCE_LOGIN_URL: {
    schema: origin,
    meaning: 'where Salesforce logs in, e.g. https://acme.my.salesforce.com',
  },
  KENKO_SALESFORCE_CLIENT_ID: {
    schema: word,
    meaning: 'the consumer key of the connected app in Salesforce',
  },
  KENKO_SALESFORCE_USERNAME: {
    schema: z.string().regex(/^[^\s@]+@[^\s@]+$/),
    meaning: 'the Salesforce user to log in as with a JWT, e.g. kenko@acme.example',
    optional: true,
  },
  KENKO_SALESFORCE_AUDIENCE: {
    schema: origin,
    meaning: 'https://login.salesforce.com (used without it) or https://test.salesforce.com',
    optional: true,
  },
  KENKO_SALESFORCE_PRIVATE_KEY: {
    schema: z
      .string()
      .regex(/^-----BEGIN (RSA )?PRIVATE KEY-----[\s\S]+-----END \1?PRIVATE KEY-----$/),
    meaning: 'the RSA private key, in PEM, whose certificate the connected app has',
    secret: true,
    optional: true,
  },
  KENKO_SALESFORCE_CLIENT_SECRET: {
    schema: word,
    meaning: 'the consumer secret of the connected app in Salesforce',
    secret: true,
    optional: true,
  },
  KENKO_INSTANCES: {
    schema: z.string().regex(/^[a-z-]+=\d{1,5}(,[a-z-]+=\d{1,5})*$/),
    meaning: 'how many messages each function takes at once, e.g. notify=3,sync-salesforce=5',
    optional: true,
  },
  KENKO_API_IDENTITY: {
    schema: z.enum(['iap', 'token']),
    meaning: 'iap (behind Identity-Aware Proxy) or token (callers send a Google ID token)',
  },
  KENKO_API_AUDIENCES: {
    schema: listOf(word),
    meaning: 'what identities have to be made for: the address of the API, or the audience of IAP',
  },
  KENKO_API_VIEWERS: {
    schema: listOf(member),
    meaning:
      'who may read, e.g. domain:acme.example,user:ann@acme.example; allUsers: everybody; behind iap, allAuthenticatedUsers: whom it lets in',
    optional: true,
  },
  KENKO_API_EDITORS: {
    schema: listOf(somebody),
    meaning: 'who may enter and override, e.g. user:ann@acme.example',
    optional: true,
  },
  KENKO_API_OPERATORS: {
    schema: listOf(somebody),
    meaning:
      'who may release and discard runs, e.g. serviceAccount:ops@acme.iam.gserviceaccount.com',
    optional: true,
  },
  KENKO_API_OWN_ACCOUNTS: {
    schema: listOf(somebody),
    meaning:
      'who sees the accounts only that they look after, e.g. domain:partner.example; others see all',
    optional: true,
  },
  KENKO_SLACK_TOKEN: {
    schema: z.string().regex(/^xox[abp]-[\w-]+$/),
    meaning: "the token of the Slack app's bot, which begins with xoxb-",
    secret: true,
    optional: true,
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

const variablesOfPort: Record<PortName, readonly VariableName[]> = {
  snapshots: ['KENKO_DATABASE'],
  bus: ['KENKO_PREFIX'],
  warehouse: ['KENKO_LOCATION', 'KENKO_DATASET', 'KENKO_SOURCE_DATASET', 'KENKO_MAX_BYTES_BILLED'],
  crm: [
    'KENKO_SALESFORCE_LOGIN_URL',
    'KENKO_SALESFORCE_CLIENT_ID',
    'KENKO_SALESFORCE_USERNAME',
    'KENKO_SALESFORCE_AUDIENCE',
    'KENKO_SALESFORCE_PRIVATE_KEY',
    'KENKO_SALESFORCE_CLIENT_SECRET',
  ],
  messenger: ['KENKO_SLACK_TOKEN'],
  identity: [
    'KENKO_API_IDENTITY',
    'KENKO_API_AUDIENCES',
    'KENKO_API_VIEWERS',
    'KENKO_API_EDITORS',
    'KENKO_API_OPERATORS',
    'KENKO_API_OWN_ACCOUNTS',
  ],
};

/** What a function is told beside what its ports need. */
const variablesOfFunction: Partial<Record<FunctionName, readonly VariableName[]>> = {
  'publish-shard': ['KENKO_INSTANCES'],
  sweep: ['KENKO_INSTANCES'],
};

/** One variable of a function's environment, for whoever deploys it. */
export interface EnvironmentVariable {
  name: VariableName;
  meaning: string;
  /** Comes from Secret Manager. */
  secret: boolean;
  /** False: it may be left out, alone or in favour of another one. */
  required: boolean;
}

/** What a deployed function reads from its environment, and nothing else of ours. */
export function environmentOf(name: FunctionName): EnvironmentVariable[] {
  const described = (variable: VariableName, isSpared: boolean): EnvironmentVariable => {
    const { meaning, secret, optional }: Variable = variables[variable];
    const required = optional !== true && !isSpared;
    return { name: variable, meaning, secret: secret === true, required };
  };
  return [
    described('KENKO_PACK', false),
    described('KENKO_PROJECT', false),
    ...portsOf[name].flatMap((port) =>
      variablesOfPort[port].map((variable) => described(variable, maySpare(name, port))),
    ),
    ...(variablesOfFunction[name] ?? []).map((variable) => described(variable, false)),
  ];
}

/** What a deployed function was configured with; ports that it has no use for are absent. */
export interface Configuration {
  pack: string;
  projectId: string;
  snapshots?: { databaseId: string };
  bus?: { prefix: string };
  warehouse?: {
    location: string;
    dataset: string;
    sourceDataset: string;
    maximumBytesBilled: number;
  };
  crm?: { loginUrl: string; auth: CrmAuth };
  /** Without a token, nothing is sent to Slack. */
  messenger?: { token: string };
  identity?: { kind: 'iap' | 'token'; audiences: string[]; access: Access };
  /** Messages that functions take at once, by name; those that are not named: as usual. */
  instances?: Record<string, number>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of a deployed function, from its environment.
 * @throws Rejected `unavailable` with one sentence for each variable that is missing or
 *   malformed; values are never repeated, since a secret may stand in the wrong place
 */
export function readConfiguration(
  name: FunctionName,
  environment: Environment = process.env,
): Configuration {
  const { configuration, problems } = understand(name, environment);
  if (problems.length > 0) throw new Rejected(code.unavailable, problems.join(' '));
  return configuration;
}

/** The sentences that `readConfiguration` throws, one by one; none where it throws nothing. */
export function configurationProblems(
  name: FunctionName,
  environment: Environment = process.env,
): string[] {
  return understand(name, environment).problems;
}

/**
 * Whose queues an environment names: all that is needed to look at messages.
 * @throws Rejected `bad-request` with one sentence for each variable that is missing or malformed
 */
export function readQueues(environment: Environment = process.env): {
  projectId: string;
  prefix: string;
} {
  const problems: string[] = [];
  const { required } = readers(environment, problems);
  const found = { projectId: required('KENKO_PROJECT'), prefix: required('KENKO_PREFIX') };
  if (problems.length > 0) throw new Rejected(code.badRequest, problems.join(' '));
  return found;
}

/** Whether an environment says anything about a port: of Salesforce, a deployment may say nothing. */
export function namesPort(port: PortName, environment: Environment = process.env): boolean {
  return variablesOfPort[port].some((variable) => environment[variable]?.trim());
}

/** Variables that begin as ours do and that nothing reads. */
export function unknownVariables(environment: Environment = process.env): string[] {
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('KENKO_') && !(variable in variables))
    .sort();
}

function understand(
  name: FunctionName,
  environment: Environment,
): { configuration: Configuration; problems: string[] } {
  const problems: string[] = [];
  const { optional, required } = readers(environment, problems);
  const openers = {
    snapshots: () => ({ databaseId: required('KENKO_DATABASE') }),
    bus: () => ({ prefix: required('KENKO_PREFIX') }),
    warehouse: () => ({
      location: required('KENKO_LOCATION'),
      dataset: required('KENKO_DATASET'),
      sourceDataset: required('KENKO_SOURCE_DATASET'),
      maximumBytesBilled: Number(required('KENKO_MAX_BYTES_BILLED')),
    }),
    crm: () => ({
      loginUrl: required('KENKO_SALESFORCE_LOGIN_URL').replace(/\/$/, ''),
      auth: readAuth(required, optional),
    }),
    messenger: () => ({ token: required('KENKO_SLACK_TOKEN') }),
    identity: () => {
      const kind = required('KENKO_API_IDENTITY');
      const viewer = listed(optional('KENKO_API_VIEWERS'));
      if (kind === 'token' && viewer.includes('allAuthenticatedUsers')) {
        problems.push(
          'KENKO_API_VIEWERS names allAuthenticatedUsers, with KENKO_API_IDENTITY token everybody who has a Google account; name a domain, or allUsers.',
        );
      }
      return {
        kind,
        audiences: listed(required('KENKO_API_AUDIENCES')),
        access: {
          viewer,
          editor: listed(optional('KENKO_API_EDITORS')),
          operator: listed(optional('KENKO_API_OPERATORS')),
          own: listed(optional('KENKO_API_OWN_ACCOUNTS')),
        },
      };
    },
  };
  const configuration: Configuration = {
    pack: required('KENKO_PACK'),
    projectId: required('KENKO_PROJECT'),
  };
  for (const port of portsOf[name]) {
    const [first] = variablesOfPort[port];
    const isGiven = first !== undefined && (environment[first] ?? '').trim() !== '';
    if (maySpare(name, port) && !isGiven) continue;
    Object.assign(configuration, { [port]: openers[port]() });
  }
  if (variablesOfFunction[name]?.includes('KENKO_INSTANCES')) {
    const given = optional('KENKO_INSTANCES')?.split(',') ?? [];
    const pairs = given.map((pair) => pair.split('='));
    configuration.instances = Object.fromEntries(pairs.map(([of, many]) => [of, Number(many)]));
  }
  return { configuration, problems };
}

const listed = (text = ''): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Reads one variable each; what is wrong with it is added to the problems. */
function readers(environment: Environment, problems: string[]) {
  const optional = (variable: VariableName): string | undefined => {
    const text = environment[variable]?.trim();
    if (text === undefined || text === '') return undefined;
    const { schema, meaning }: Variable = variables[variable];
    if (!schema.safeParse(text).success) {
      problems.push(`${variable} is malformed; it has to be ${meaning}.`);
    }
    return text;
  };
  const required = (variable: VariableName, instead = ''): string => {
    const found = optional(variable);
    if (found === undefined) {
      problems.push(`${variable} is missing; set it to ${variables[variable].meaning}${instead}.`);
    }
    return found ?? '';
  };
  return { optional, required };
}

/** A user name makes it a JWT login; without one the connected app logs in as itself. */
function readAuth(
  required: (variable: VariableName, instead?: string) => string,
  optional: (variable: VariableName) => string | undefined,
): CrmAuth {
  const clientId = required('KENKO_SALESFORCE_CLIENT_ID');
  const username = optional('KENKO_SALESFORCE_USERNAME');
  if (username === undefined) {
    const instead = ', or KENKO_SALESFORCE_USERNAME and KENKO_SALESFORCE_PRIVATE_KEY for a JWT';
    const clientSecret = required('KENKO_SALESFORCE_CLIENT_SECRET', instead);
    return { kind: 'client-credentials', clientId, clientSecret };
  }
  const privateKey = required('KENKO_SALESFORCE_PRIVATE_KEY');
  const audience = optional('KENKO_SALESFORCE_AUDIENCE');
  return {
    kind: 'jwt',
    clientId,
    username,
    privateKey,
    ...(audience === undefined ? {} : { audience }),
  };
}
