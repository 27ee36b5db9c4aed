/** Checks of this machine: its clock, and who it is for Google. */
import type { Check } from './checks.ts';
import { ok, problem, warning } from './report.ts';
import { clock as texts, titles } from './texts.ts';

/** An assertion for Salesforce that is 30 s ahead is refused; tokens of Google after 5 minutes. */
const noticedSeconds = 30;
const wrongSeconds = 300;

export const googleCredentials: Check = {
  id: 'google-credentials',
  needs: ['configuration'],
  async look({ googleToken }) {
    if (!googleToken) return [];
    await googleToken();
    return [ok(titles['google-credentials'])];
  },
};

export const clockRight: Check = {
  id: 'clock',
  needs: ['configuration'],
  async look({ clock, serverTime }) {
    const asked = clock.now().getTime();
    const theirs = (await serverTime()).getTime();
    const ours = (asked + clock.now().getTime()) / 2;
    const seconds = Math.round((ours - theirs) / 1_000);
    const off = Math.abs(seconds);
    const trouble = texts.wrong(off, seconds > 0 ? 'ahead' : 'behind');
    if (off >= wrongSeconds) return [problem(titles.clock, trouble)];
    if (off >= noticedSeconds) return [warning(titles.clock, trouble)];
    return [ok(titles.clock, texts.right(off))];
  },
};
