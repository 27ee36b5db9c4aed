/** What to ask next after a run on own data, as commands that can be copied. */
import { accountList } from '../../records/api/accounts.ts';
import type { StateOptions } from '../options.ts';
import { colour } from '../output.ts';
import type { RunSummary } from './run-summary.ts';

/** A word of a shell as it is, or in quotes. */
const word = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export async function nextCommands(
  { withheld }: Pick<RunSummary, 'withheld'>,
  session: { get(path: string, parameters?: { limit: number }): Promise<unknown> },
  { pack, state, data }: Pick<StateOptions, 'pack' | 'state'> & { data: string },
): Promise<string> {
  const ofPack = pack === 'saas' ? '' : ` --pack ${pack}`;
  const onState = `${ofPack}${state === '.kenko' ? '' : ` --state ${word(state)}`}`;
  const { accounts } = accountList.parse(await session.get('/v1/accounts', { limit: 1 }));
  const [first] = accounts;
  const check = `data check ${word(data)}${ofPack}`;
  const rules = `rules/${pack} --data ${word(data)}`;
  const lines: [string, string][] = [
    [
      check,
      withheld ? 'what is missing: tables, columns, measures' : 'what the files give the pack',
    ],
    [`accounts${onState}`, 'every account with its score'],
    ...(first
      ? [
          [`explain ${word(first.id)}${onState}`, 'why this score, and why it changed'] as [
            string,
            string,
          ],
        ]
      : []),
    [`rules check ${rules}`, 'whether the rules fit the data'],
    [`evidence backtest ${rules}`, 'how well the score told, where outcomes.csv says who left'],
  ];
  const width = Math.max(...lines.map(([command]) => command.length));
  return [
    '\nNext:',
    ...lines.map(([command, what]) => `  npx kenko ${command.padEnd(width)}  ${colour.dim(what)}`),
  ].join('\n');
}
