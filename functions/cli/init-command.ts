import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parse } from 'csv-parse/sync';
import { packNames, readPackFiles, repositoryRoot } from '../deployed-files.ts';
import { code, Rejected } from '../errors.ts';
import { profileSheet } from '../evidence/sheet-profile.ts';
import { identifier } from '../scorecard/catalogue.ts';
import { parsePack } from '../scorecard/parse.ts';
import { systemClock } from '../system-clock.ts';
import { type NewPack, type NewSheet, newPackFiles } from './new-pack.ts';
import { print, printJson } from './output.ts';

export interface InitOptions {
  fromSheet?: string;
  label?: string;
  labelJa?: string;
  purpose?: NewPack['purpose'];
  zone?: string;
  into?: string;
  json?: boolean;
}

/** Columns of accounts by what Japanese sheets call them. */
const attributeNames: Record<string, string> = {
  会社名: 'name',
  顧客名: 'name',
  企業名: 'name',
  担当者: 'owner',
  担当: 'owner',
  プラン: 'plan',
  業種: 'industry',
  月額: 'mrr',
};

/** `kenko init`: a new pack from a template or a sheet. Nothing that is there is changed. */
export async function init(name: string, options: InitOptions): Promise<void> {
  const root = options.into === undefined ? repositoryRoot() : resolve(options.into);
  refuseName(name, root);
  const sheet = options.fromSheet === undefined ? undefined : readSheet(options.fromSheet);
  const files = newPackFiles({ name, ...(await answers(name, options)) }, sheet);
  parsePack(new Map([...contract(), ...files]));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (options.json)
    printJson({ pack: name, files: [...files.keys()], sheet: sheet?.profile ?? null });
  else print(told(name, [...files.keys()], options, sheet));
}

function refuseName(name: string, root: string): void {
  if (!identifier.safeParse(name).success || ['schema', 'shared'].includes(name)) {
    throw new Rejected(
      code.badRequest,
      `"${name}" cannot be the name of a pack; use lower-case letters, digits and _, such as my_team.`,
    );
  }
  for (const folder of [`rules/${name}`, `sql/metrics/${name}`]) {
    if (!existsSync(join(root, folder))) continue;
    throw new Rejected(
      code.conflict,
      `${folder} is there already and stays as it is; choose another name, or remove it first.`,
    );
  }
}

/** From flags; where somebody sits at a terminal, the rest is asked. */
async function answers(name: string, options: InitOptions): Promise<Omit<NewPack, 'name'>> {
  const given = {
    en: options.label,
    ja: options.labelJa,
    purpose: options.purpose as string | undefined,
    zone: options.zone,
  };
  if (process.stdin.isTTY && Object.values(given).includes(undefined)) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const ask = async (question: string, otherwise: string) =>
      (await lines.question(`${question} [${otherwise}] `)).trim() || otherwise;
    try {
      given.en ??= await ask('Name in English?', name);
      given.ja ??= await ask('日本語の名前は?', `${given.en}のヘルススコア`);
      given.purpose ??= await ask(`What is it for (${purposes.join(', ')})?`, 'churn');
      given.zone ??= await ask('Time zone?', 'Asia/Tokyo');
    } finally {
      lines.close();
    }
  }
  const purpose = purposes.find((one) => one === (given.purpose ?? 'churn'));
  if (!purpose) {
    throw new Rejected(
      code.badRequest,
      `"${given.purpose}" is no purpose; choose one of ${purposes.join(', ')}.`,
    );
  }
  const en = given.en ?? name;
  return {
    label: { en, ja: given.ja ?? `${en}のヘルススコア` },
    purpose,
    zone: given.zone ?? 'Asia/Tokyo',
  };
}

export const purposes = ['churn', 'upsell', 'onboarding', 'purchase'] as const;

/** The input contract and the shared metrics, which every pack is read with. */
function contract(): [string, string][] {
  const [any = ''] = packNames();
  return [...readPackFiles(any)].filter(
    ([path]) => path.startsWith('sql/sources/') || path.startsWith('sql/metrics/shared/'),
  );
}

function readSheet(path: string): NewSheet {
  const refuse = (why: string): Rejected => new Rejected(code.invalidData, `${path}: ${why}.`);
  if (!existsSync(path)) throw new Rejected(code.notFound, `There is no file ${path}.`);
  if (extname(path).toLowerCase() !== '.csv') {
    throw refuse('a CSV file is expected; export the sheet as CSV (UTF-8)');
  }
  let rows: string[][];
  try {
    rows = parse(readFileSync(path), { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new Rejected(
      code.invalidData,
      `${path} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
  const [header = [], ...records] = rows;
  const names = header.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw refuse(`the column "${twice}" is there twice; rename one`);
  if (names.includes('')) throw refuse('a column has no name; name every column in the first line');
  if (records.length === 0) throw refuse('it has no rows below the column names');
  const columns = parseAccounts();
  const attributes = new Map<string, string>();
  for (const column of names) {
    const known = columns.includes(column) ? column : attributeNames[column];
    if (known !== undefined && !attributes.has(known)) attributes.set(known, column);
  }
  const profile = profileSheet(names, records, [...attributes.values()]);
  if ('problem' in profile) throw refuse(profile.problem);
  for (const [known, column] of attributes) {
    if (column === profile.id || column === profile.date) attributes.delete(known);
  }
  return {
    table: basename(path, extname(path)),
    profile,
    attributes: profile.date === null ? Object.fromEntries(attributes) : {},
  };
}

/** Columns of accounts that can be shown. */
function parseAccounts(): string[] {
  const [any = ''] = packNames();
  const columns = parsePack(readPackFiles(any)).sources.get('accounts')?.columns ?? [];
  return columns
    .filter(({ name, type }) => name !== 'account_id' && type !== 'TIMESTAMP')
    .map(({ name }) => name);
}

function told(
  name: string,
  files: readonly string[],
  { fromSheet }: InitOptions,
  sheet: NewSheet | undefined,
): string {
  const lines = [`The pack ${name} is written:`, ...files.map((file) => `  ${file}`)];
  if (sheet) {
    const { id, date, scored, reference, left } = sheet.profile;
    lines.push(
      '',
      `Accounts are told apart by "${id}"${date === null ? '' : `, days by "${date}"`}.`,
    );
    lines.push(
      `Scored: ${scored.map(({ column, direction }) => `${column} (${direction} is better)`).join(', ')}.`,
    );
    for (const { column, because } of [...reference, ...left]) {
      lines.push(`Not scored: ${column}, since ${because}.`);
    }
    if (date !== null)
      lines.push('Put accounts.csv beside the sheet: one row per account, with account_id.');
  }
  const folder = fromSheet === undefined ? 'FOLDER' : dirname(fromSheet);
  const asOf =
    sheet && sheet.profile.date === null
      ? ` --as-of ${systemClock.now().toISOString().slice(0, 10)}T00:00:00Z`
      : '';
  lines.push(
    '',
    'Every number is a guess. Next:',
    `  npx kenko rules check rules/${name} --data ${folder}${asOf}`,
    `  npm start -- --pack ${name} --data ${folder}${asOf}`,
  );
  return lines.join('\n');
}
