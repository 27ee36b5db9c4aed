/** Which problems are problems of their own, and which only follow from others or concern nobody here. */
import type { Problem } from '../problems.ts';

type Files = ReadonlyMap<string, string>;

/** A problem, and the files whose problems it follows from. */
interface Weighed {
  problem: Problem;
  causes: readonly string[];
}

/**
 * Parts problems that stand for themselves from those that follow: a name that is declared in a
 * file is unknown only because of what is wrong there, and that is said already. Files of the
 * catalogue that all packs share stop a pack only where it needs them: `isNeeded` says so of a
 * path, and so does a name that the pack looks for there.
 */
export function weighProblems(
  problems: readonly Problem[],
  files: Files,
  isNeeded: (file: string) => boolean,
): { stopping: Problem[]; idle: Problem[] } {
  const weighed = withCauses(problems, files);
  const lookedFor = new Set<string>();
  const stops = ({ file }: Problem): boolean =>
    !isShared(file) || isNeeded(file) || lookedFor.has(file);
  // What is needed may be broken only by what it needs in turn.
  for (let known = -1; known < lookedFor.size; ) {
    known = lookedFor.size;
    for (const { problem, causes } of weighed)
      if (stops(problem)) for (const file of causes) lookedFor.add(file);
  }
  const own = weighed.filter(({ causes }) => causes.length === 0).map(({ problem }) => problem);
  return { stopping: own.filter(stops), idle: own.filter((problem) => !stops(problem)) };
}

const isShared = (file: string): boolean => /^sql\/(sources|metrics\/shared)\//.test(file);

/** From the problems that nothing explains to those that follow, also from ones that follow. */
function withCauses(problems: readonly Problem[], files: Files): Weighed[] {
  const declaring = new Map(
    problems.map((problem) => {
      const name = unknownName(problem);
      if (name === undefined) return [problem, []];
      const others = new Set(problems.filter((other) => other !== problem).map(({ file }) => file));
      // A key that names nothing would be found where it is written.
      if (nothingCalledSo.test(problem.message)) others.delete(problem.file);
      return [problem, [...others].filter((file) => declares(files.get(file) ?? '', name))];
    }),
  );
  const isOwn = (problem: Problem) => declaring.get(problem)?.length === 0;
  const broken = new Set(problems.filter(isOwn).map(({ file }) => file));
  const causes = new Map<Problem, string[]>();
  for (let found = true; found; ) {
    found = false;
    for (const problem of problems) {
      if (isOwn(problem) || causes.has(problem)) continue;
      const of = (declaring.get(problem) ?? []).filter((file) => broken.has(file));
      if (of.length === 0) continue;
      causes.set(problem, of);
      broken.add(problem.file);
      found = true;
    }
  }
  return problems.map((problem) => ({ problem, causes: causes.get(problem) ?? [] }));
}

/** The name that a problem says there is not. */
function unknownName({ field, message }: Problem): string | undefined {
  const said =
    /^is "?([\w.-]+)"?, which [^:]*\b(?:no|none|nothing|not|never)\b/.exec(message) ??
    /^reads \w+\.(\w+)[\w.]*, which /.exec(message) ??
    /^compares \S+ with "([^"]+)", which /.exec(message) ??
    /^is \w+\.axis\.(\w+), .* needs an axis of the score/.exec(message) ??
    /^has no scorecard: .* score: (\w+)$/.exec(message);
  if (said) return said[1];
  return nothingCalledSo.test(message) ? /(\w+)\]?$/.exec(field)?.[1] : undefined;
}

/** The name is the last part of the field. */
const nothingCalledSo = /^is (no|none of|neither) /;

/** Whether a text, read as YAML or not, gives something the name: as an id, a key or a value. */
function declares(text: string, name: string): boolean {
  const exact = name.replaceAll(/[^\w]/g, '\\$&');
  const before = '(?:^|[\\s{,[])["\']?';
  const as = `(?:id|table|group|name|scorecard|score):\\s*["']?${exact}["']?\\s*(?:$|[,}#])`;
  const key = `${exact}["']?:(?=\\s|$)`;
  const value = `values:\\s*\\[[^\\]]*\\b${exact}\\b`;
  return new RegExp(`${before}(?:${as}|${key}|${value})`, 'm').test(text);
}
