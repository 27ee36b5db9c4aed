/** A version of a pack's rules that is scored beside the live one, on the same inputs. */
import type { Pack } from './pack/pack.ts';
import { parsePack } from './parse/pack.ts';
import { type Problem, RulesError } from './problems.ts';

/**
 * @param files all that it would be live with, by the paths that they would have then
 * @param own where those of them stand that are the candidate's, by path
 * @throws RulesError naming the candidate's files, also where it reads what the live rules read in
 *   another way: the difference would then be no matter of rules alone
 */
export function parseCandidate(
  live: Pack,
  files: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
): Pack {
  try {
    const candidate = parsePack(files);
    const problems = readingProblems(live, candidate);
    if (problems.length > 0) throw new RulesError(problems);
    return candidate;
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    throw new RulesError(
      error.problems.map((problem) => ({
        ...problem,
        file: own.get(problem.file) ?? problem.file,
      })),
    );
  }
}

function readingProblems(live: Pack, candidate: Pack): Problem[] {
  const tables = ({ tables: mapped }: Pack) =>
    JSON.stringify([...mapped].map(([name, { table, columns }]) => [name, table, [...columns]]));
  const differing: [field: string, differs: boolean][] = [
    ['zone', live.zone !== candidate.zone],
    ['as_of', live.asOf !== candidate.asOf],
    ['tables', tables(live) !== tables(candidate)],
    [
      'metrics',
      candidate.groups.some((group) => {
        const same = live.groups.find((one) => one.group === group.group);
        return same && (same.sql !== group.sql || same.rowMaxAge !== group.rowMaxAge);
      }),
    ],
  ];
  return differing.flatMap(([field, differs]) =>
    differs
      ? [
          {
            file: `rules/${live.id}/pack.yaml`,
            line: 1,
            field,
            message:
              'is not that of the live rules: a candidate is scored on the same inputs; change this one in the live rules first',
          },
        ]
      : [],
  );
}
