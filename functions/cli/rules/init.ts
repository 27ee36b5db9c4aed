import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Command, Option } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import type { CandidateMetric } from '../../evidence/sheet/profile.ts';
import { identifier } from '../../scorecard/language/pack/catalogue.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { systemClock } from '../../system-clock.ts';
import { repositoryRoot } from '../../wiring/deployed-files.ts';
import type { OptionsOf } from '../options.ts';
import { print, printJson } from '../output.ts';
import { type NewPack, type NewSheet, newPackFiles } from './new-pack.ts';
import { contract, readSheet } from './sheet-file.ts';

const purposes = ['churn', 'upsell', 'onboarding', 'purchase'] as const;

const command = (kenko: Command) =>
  kenko
    .command('init')
    .description('a new pack, from a template or a sheet; asks where flags leave something open')
    .argument('<name>', 'name of the pack: lower-case letters, digits and _')
    .option('--from-sheet <file>', 'CSV file with a row per account: its numbers become measures')
    .option('--outcome <column>', 'of the sheet: who left, so that directions are no guesses')
    .option('--left <value>', 'what it holds where an account left')
    .option('--label <text>', 'what people call it, in English')
    .option('--label-ja <text>', 'the same in Japanese')
    .addOption(new Option('--purpose <problem>', 'what it is for').choices(purposes))
    .option('--zone <zone>', 'time zone of its days')
    .option('--into <folder>', 'checkout to write into; this one without it')
    .option('--json', 'print one JSON value instead of text');
type InitOptions = OptionsOf<typeof command>;

/** `kenko init`: a new pack from a template or a sheet. Nothing that is there is changed. */
export function addInit(kenko: Command): void {
  command(kenko).action(init);
}

async function init(name: string, options: InitOptions): Promise<void> {
  const root = options.into === undefined ? repositoryRoot() : resolve(options.into);
  refuseName(name, root);
  const sheet =
    options.fromSheet === undefined
      ? undefined
      : readSheet(options.fromSheet, options.outcome, options.left);
  const files = newPackFiles({ name, ...(await answers(name, options)) }, sheet);
  parsePack(new Map([...contract(), ...files]));
  writeTexts(root, files);
  if (options.json)
    printJson({ pack: name, files: [...files.keys()], sheet: sheet?.profile ?? null });
  else print(written(name, [...files.keys()], options, sheet));
}

/** Texts by path below `root`. */
export function writeTexts(root: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** @throws Rejected for a name that is none, or taken */
export function refuseName(name: string, root: string): void {
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

/** What directions rest on: an upside-down measure looks like any other. */
function directionsOf(scored: readonly CandidateMetric[], outcome: string | null): string {
  if (outcome === null) {
    return 'No column says who left, so every direction is a guess from a name: look at each, or name the column with --outcome.';
  }
  const guessed = scored.filter(({ directionFrom }) => directionFrom === 'name');
  const shown = scored.length - guessed.length;
  const rest =
    guessed.length === 0
      ? ''
      : ` Those of ${guessed.map(({ column }) => column).join(', ')} are guesses from names, since it shows none beyond chance.`;
  return `"${outcome}" says who left: ${shown} of ${scored.length} directions are those that it shows.${rest}`;
}

function written(
  name: string,
  files: readonly string[],
  { fromSheet }: InitOptions,
  sheet: NewSheet | undefined,
): string {
  const lines = [`The pack ${name} is written:`, ...files.map((file) => `  ${file}`)];
  if (sheet) {
    const { id, date, scored, reference, left, outcome } = sheet.profile;
    lines.push('', `Accounts are known by "${id}"${date === null ? '' : `, days by "${date}"`}.`);
    lines.push(
      `Scored: ${scored.map(({ column, direction, daysSince }) => `${daysSince ? `days since ${column}` : column} (${direction} is better)`).join(', ')}.`,
    );
    lines.push(directionsOf(scored, outcome));
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
