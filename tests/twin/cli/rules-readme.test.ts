/** What rules/README tells people to write is what is read, in both languages. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { program } from '../../../functions/cli/main.ts';
import { newPackFiles } from '../../../functions/cli/rules/new-pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  exemplarsFile,
  packFile,
  scorecardFile,
  testFile,
} from '../../../functions/scorecard/language/schema/scorecards.ts';
import { readPackFiles, repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const root = repositoryRoot();
const pack = parsePack(readPackFiles('saas'));
const card = {
  score: 'health',
  scorecard: 'main',
  version: '1.0.0',
  label: { en: 'Health', ja: '健康度' },
};

describe.each(['README.md', 'README.ja.md'])('rules/%s', (name) => {
  const text = readFileSync(join(root, 'rules', name), 'utf8');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');
  const exampleWith = (part: string): string => {
    const found = examples.find((example) => example.includes(part));
    expect(found, part).toBeDefined();
    return found ?? '';
  };

  it('shows a measure, a test, exemplars and a mart that can be read', () => {
    const { measures } = parse(exampleWith('measures:\n'));
    expect(scorecardFile.parse({ ...card, measures }).measures[0]).toMatchObject({
      missing: 'exclude',
      hints: { en: [expect.any(String)], ja: [expect.any(String)] },
    });
    expect(testFile.parse(parse(exampleWith('expect:')))).toHaveLength(1);
    expect(exemplarsFile.parse(parse(exampleWith('C-230')))).toHaveLength(2);
    expect(packFile.shape.metrics.parse(parse(exampleWith('marts.')).metrics)).toMatchObject({
      date: 'snapshot_on',
      max_age: '7d',
    });
  });

  it('shows phases, derived metrics, caps and fields that make a pack together', () => {
    const label = { en: 'Bakery', ja: 'パン屋' };
    const files = newPackFiles({ name: 'bakery', label, purpose: 'churn', zone: 'Asia/Tokyo' });
    const add = (path: string, yaml: string) => files.set(path, (files.get(path) ?? '') + yaml);
    const shared = exampleWith('phases:');
    files.set(
      'rules/bakery/pack.yaml',
      (files.get('rules/bakery/pack.yaml') ?? '').replace(
        /^phases:[\s\S]*?^attributes: .*\n/m,
        shared,
      ),
    );
    add('rules/bakery/scorecards/main.yaml', exampleWith('caps:'));
    add('rules/bakery/salesforce.yaml', exampleWith('external_id:'));
    const read = parsePack(
      new Map([
        ...[...readPackFiles('saas')].filter(([path]) => path.startsWith('sql/')),
        ...files,
      ]),
    );
    expect(read.phases.map(({ id }) => id)).toEqual(['ended', 'trial', 'use']);
    expect(read.metrics.get('seat_utilisation')).toMatchObject({ direction: 'higher' });
    expect(read.scores[0]?.scorecards[0]).toMatchObject({
      caps: [{ id: 'overdue' }],
      reference: ['nps_latest'],
    });
    expect(read.salesforce?.fields.map(({ keepByHand }) => keepByHand)).toContain(true);
  });

  it('names tables, columns and metrics that there are', () => {
    const rows = [...text.matchAll(/^\| `(\w+)`: ([^|]+) \| ([^|]+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(7);
    for (const [, table = '', columns = '', metrics = ''] of rows) {
      const source = pack.sources.get(table);
      const required = source?.columns.filter((column) => column.required).map((c) => c.name);
      const named = columns.split(', ');
      expect(source?.columns.map((column) => column.name)).toEqual(
        expect.arrayContaining(named.map((column) => column.replace('*', ''))),
      );
      const starred = named.filter((column) => column.endsWith('*'));
      expect(starred.map((column) => column.slice(0, -1)).sort()).toEqual(required?.sort());
      for (const [id] of metrics.matchAll(/[a-z]+(?:_[a-z0-9]+)+/g)) {
        expect(pack.metrics.has(id), id).toBe(true);
      }
    }
  });

  it('types commands and options that there are', () => {
    const lines = [...text.matchAll(/npx kenko [^`\n#|]+/g)].map(([line]) => line.trim());
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      let command: CommandUnknownOpts = program();
      for (const word of line.split(' ').slice(2)) {
        const next = command.commands.find((one) => one.name() === word);
        if (!next) break;
        command = next;
      }
      // A command with commands of its own does the usual one of them.
      const options = [command, ...command.commands].flatMap((one) =>
        one.options.map(({ long }) => long),
      );
      expect(options, line).toEqual(expect.arrayContaining(line.match(/--[a-z-]+/g) ?? []));
    }
  });
});

describe('both languages of rules/README', () => {
  it('type the same commands', () => {
    /** Those of the steps to a first pack. */
    const commands = (name: string) => {
      const text = readFileSync(join(root, 'rules', name), 'utf8');
      const steps = text.slice(text.indexOf('### 1.'), text.indexOf('### 8.'));
      return [...steps.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, lines = '']) =>
        lines.replaceAll(/#.*| --lang ja/g, '').replaceAll(/ +\n/g, '\n'),
      );
    };
    expect(commands('README.md').length).toBeGreaterThan(2);
    expect(commands('README.ja.md')).toEqual(commands('README.md'));
  });
});
