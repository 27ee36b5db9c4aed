/** The workflow that tells reviewers what changed rules would do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { program } from '../../../functions/cli/main.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const text = readFileSync(join(repositoryRoot(), '.github/workflows/rules.yml'), 'utf8');
const workflow = parse(text);
const steps: { uses?: string; run?: string }[] = workflow.jobs.rules.steps;

describe('the workflow of rules', () => {
  it('runs on every change of rules, without secrets and with the least rights', () => {
    expect(workflow.on.pull_request.paths).toContain('rules/**');
    expect(text).not.toContain('secrets.');
    expect(workflow.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  });

  it('pins actions to a commit, and takes no text of the pull request into a script', () => {
    for (const { uses, run } of steps) {
      if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
      expect(run ?? '').not.toContain('${{');
    }
  });

  it('calls commands and options that there are', () => {
    const rules = program().commands.find((command) => command.name() === 'rules');
    const lines = steps.flatMap(({ run }) => run?.match(/kenko rules [^|>]*/g) ?? []);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const command = rules?.commands.find((one) => one.name() === line.split(' ')[2]);
      const options = command?.options.map(({ long }) => long);
      expect(options).toEqual(expect.arrayContaining(line.match(/--[a-z-]+/g) ?? []));
    }
  });
});
