/** What `kenko rules check` reports of a pack that can be used, but perhaps should not be. */
import type { Place } from '../problems.ts';

export interface Finding {
  /** Stable name of the check. */
  rule: string;
  /**
   * block: the rules must not go live like this; warning: probably a mistake; hint: could be
   * better.
   */
  severity: 'block' | 'warning' | 'hint';
  file: string;
  line: number;
  /** What was found and why it matters. */
  message: string;
  /** What to do. */
  advice: string;
}

export type Report = (
  rule: string,
  severity: Finding['severity'],
  place: Place,
  message: string,
  advice: string,
) => void;

/** Collects findings; `sorted` gives them in the order of files and lines. */
export function findingList(): { report: Report; sorted(): Finding[] } {
  const findings: Finding[] = [];
  return {
    report(rule, severity, { file, line }, message, advice) {
      findings.push({ rule, severity, file, line, message, advice });
    },
    sorted: () =>
      findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line)),
  };
}
