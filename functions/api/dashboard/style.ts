/** The dashboard's one style sheet, inline: no request, and it works offline and in print. */
import { createHash } from 'node:crypto';

export const style = `
:root { color-scheme: light dark;
  --paper: #f7f7f4; --card: #fff; --ink: #1c2324; --soft: #5c6668; --line: #e2e3de; --hover: #f1f2ee;
  --accent: #0b6e6e; --up: #1d7a4f; --down: #b3372b;
  --b0: #a3231d; --b1: #cf4a3c; --b2: #e2873a; --b3: #d8b13a; --b4: #86b25a; --b5: #3f9a62; --b6: #1d7660; --bu: #9aa3a5;
  --l0: #dce8ec; --l1: #c3d9e2; --l2: #9fc3d2; --l3: #74a9bf; --l4: #4a8aa8; --l5: #27698c; --l6: #174f6e; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #131718; --card: #1b2122; --ink: #e6eae9; --soft: #9aa6a6; --line: #2f3838; --hover: #232a2b;
  --accent: #5cc4bd; --up: #62c391; --down: #ee8578;
  --b0: #d04a41; --b1: #e0675a; --b2: #e0924f; --b3: #d3b34f; --b4: #90ba68; --b5: #55ac77; --b6: #3a9c83; --bu: #6d7779;
  --l0: #2a3a42; --l1: #31505e; --l2: #3a687a; --l3: #468299; --l4: #579db6; --l5: #77bad0; --l6: #a3d8e8; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55; font-size: 15px;
  font-family: system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", sans-serif; }
:lang(ja) { line-height: 1.7; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; }
header.top { border-bottom: 1px solid var(--line); background: var(--card); }
header.top > div, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 1.25rem; }
header.top > div { display: flex; align-items: center; gap: 1.5rem; min-height: 3.5rem; flex-wrap: wrap; }
.brand { font-weight: 650; font-size: 1.05rem; color: var(--ink); letter-spacing: .01em; }
.brand b { color: var(--accent); font-weight: 650; margin-right: .15rem; }
.brand small { color: var(--soft); font-weight: 400; margin-left: .5rem; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
nav a { white-space: nowrap; }
nav a[aria-current] { color: var(--ink); font-weight: 600; }
.langs { margin-left: auto; font-size: .87rem; display: flex; gap: .7rem; }
.langs [aria-current] { color: var(--soft); }
main { padding-top: 1.5rem; padding-bottom: 3rem; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 .2rem; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.08rem; margin: 0 0 .8rem; font-weight: 620; }
h3 { font-size: .8rem; margin: 1.4rem 0 .5rem; font-weight: 620; color: var(--soft); letter-spacing: .02em; }
p { margin: .3rem 0; }
.lead, .soft { color: var(--soft); }
.small { font-size: .85rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem; margin: 1.1rem 0; }
.card > :last-child { margin-bottom: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: .9rem 2rem; margin: 1.1rem 0; }
.facts > div { min-width: 0; }
.facts h3 { margin: 1.1rem 0 .4rem; }
.facts h3:first-child { margin-top: 0; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
dl { margin: 0; }
.row { display: flex; align-items: baseline; gap: .6rem 1rem; flex-wrap: wrap; }
.row.between { justify-content: space-between; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 0 2.5rem; }
.bar { display: block; width: 100%; height: 26px; border-radius: 6px; overflow: hidden; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; margin: .6rem 0 0; padding: 0; font-size: .9rem; }
.legend a, .legend span { color: var(--ink); }
.legend b { font-weight: 600; font-variant-numeric: tabular-nums; }
.dot { display: inline-block; width: .62em; height: .62em; border-radius: 50%; margin-right: .45em; background: var(--c); }
.chip { display: inline-flex; align-items: center; white-space: nowrap; padding: .08rem .6rem .08rem .5rem; border-radius: 99px; font-size: .86rem; background: color-mix(in srgb, var(--c) 15%, transparent); color: var(--ink); }
.c0 { --c: var(--b0); } .c1 { --c: var(--b1); } .c2 { --c: var(--b2); } .c3 { --c: var(--b3); } .c4 { --c: var(--b4); } .c5 { --c: var(--b5); } .c6 { --c: var(--b6); } .cu { --c: var(--bu); }
.l0 { --c: var(--l0); } .l1 { --c: var(--l1); } .l2 { --c: var(--l2); } .l3 { --c: var(--l3); } .l4 { --c: var(--l4); } .l5 { --c: var(--l5); } .l6 { --c: var(--l6); }
svg .fill { fill: var(--c); }
.movers { list-style: none; padding: 0; margin: 0; }
.movers li { padding: .5rem 0; border-top: 1px solid var(--line); }
.movers li:first-child { border-top: 0; }
.movers .why { color: var(--soft); font-size: .87rem; margin: 0; }
.up { color: var(--up); } .down { color: var(--down); }
.num + td:not(.num), .num + th:not(.num) { padding-left: 1rem; }
.trend { white-space: nowrap; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 1.4rem; }
td .why { color: var(--soft); font-size: .87rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .4rem; }
th { text-align: left; font-weight: 560; color: var(--soft); font-size: .8rem; white-space: nowrap; }
th.num { text-align: right; }
th, td { padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:hover { background: var(--hover); }
tbody th { color: var(--ink); font-size: .92rem; white-space: normal; font-weight: 500; overflow-wrap: anywhere; }
tbody th .id { display: block; color: var(--soft); font-size: .78rem; font-weight: 400; }
tr.axis th { color: var(--soft); font-size: .8rem; font-weight: 620; padding-top: 1rem; }
tr.axis:hover { background: none; }
.meter { display: inline-block; vertical-align: middle; width: 84px; height: 6px; border-radius: 3px; overflow: hidden; margin-left: .6rem; }
.meter.wide { width: 100%; height: 8px; margin: .2rem 0 0; }
.meter .track { fill: var(--line); } .meter .part { fill: var(--accent); }
form.filters { display: flex; flex-wrap: wrap; gap: .7rem .9rem; align-items: end; margin: 0 0 1rem; }
form.filters label { display: grid; gap: .15rem; font-size: .8rem; color: var(--soft); }
input, select, button { font: inherit; font-size: .92rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: .36rem .6rem; max-width: 100%; }
input[type=search] { width: 15rem; }
input, select, button { height: 2.2rem; }
textarea { font: inherit; font-size: .92rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: .36rem .6rem; width: 100%; }
details.act { margin: .35rem 0; }
details.act > summary { color: var(--accent); padding: .2rem 0; }
form.act { display: flex; flex-wrap: wrap; gap: .7rem .9rem; align-items: end; margin: .5rem 0 1rem; }
form.act label { display: grid; gap: .15rem; font-size: .8rem; color: var(--soft); }
form.act .wide { width: 100%; }
.done { border-left: 3px solid var(--up); }
button { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 560; cursor: pointer; padding: .36rem 1rem; }
.pager { display: flex; gap: 1.4rem; margin-top: 1rem; align-items: baseline; }
.hero { display: grid; grid-template-columns: minmax(210px, 1fr) 2.4fr; gap: 1rem 2.5rem; align-items: start; }
.big { font-size: 3rem; line-height: 1.1; font-weight: 640; letter-spacing: -.03em; font-variant-numeric: tabular-nums; }
.big small { font-size: 1rem; color: var(--soft); font-weight: 400; letter-spacing: 0; }
.notes { list-style: none; padding: 0; margin: .8rem 0 0; font-size: .88rem; }
.notes > li { padding-left: .8rem; border-left: 3px solid var(--line); margin: .35rem 0; }
.reasons { margin: 0; padding-left: 1.15rem; }
.reasons li { margin: .2rem 0; }
.split { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: .6rem 1.5rem; margin: .9rem 0; }
.split dt { color: var(--soft); font-size: .8rem; }
.split dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; font-size: 1.05rem; }
.tag { font-size: .72rem; border: 1px solid var(--line); color: var(--soft); border-radius: 4px; padding: 0 .35rem; margin-left: .4rem; white-space: nowrap; }
.checklist { margin: .3rem 0; padding-left: 1.15rem; }
.checklist .done { color: var(--soft); }
.checklist .missing .tag { color: var(--down); border-color: currentColor; }
details { font-size: .87rem; }
details.hints { display: inline; font-weight: 400; }
details.hints summary { display: inline-block; white-space: nowrap; font-size: .72rem; margin-left: .5rem; list-style: none; text-decoration: underline dotted; text-underline-offset: 3px; }
details.hints summary::-webkit-details-marker { display: none; }
summary { cursor: pointer; color: var(--soft); }
details ul { margin: .2rem 0 .3rem; padding-left: 1.1rem; }
.gone td, .gone th { color: var(--soft); }
figure { margin: 0; }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 11px; fill: var(--soft); font-family: inherit; }
.chart .zone { fill: var(--c); opacity: .13; }
.chart .line { fill: none; stroke: var(--ink); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.chart .gap { stroke-width: 1.2; stroke-dasharray: 2 4; }
.chart .end { fill: var(--c); stroke: var(--card); stroke-width: 2; }
footer { color: var(--soft); font-size: .82rem; padding-bottom: 2rem; }
@media (max-width: 720px) { .hero { grid-template-columns: 1fr; } .card { padding: 1rem; border-radius: 10px; } .hide { display: none; }
  .brand small { display: none; } header.top > div { gap: .3rem 1rem; padding-top: .6rem; padding-bottom: .6rem; } header.top nav { order: 3; width: 100%; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: .7rem 1rem; }
  /* Rows of wide tables stand as blocks, each value with its column's name. */
  .stack, .stack tbody, .stack th, .stack td { display: block; }
  .stack thead { position: absolute; left: -9999px; }
  .stack caption { display: block; }
  .stack tr { display: flex; flex-direction: column; gap: .15rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .stack.flow tr { flex-flow: row wrap; gap: .1rem 1rem; align-items: baseline; }
  .stack.flow tbody th { width: 100%; }
  .stack th, .stack td, .stack .num + td:not(.num) { border: 0; padding: 0; text-align: left; }
  .stack .num { white-space: normal; }
  .stack .hide { display: none; }
  .stack [data-label]::before { content: attr(data-label); color: var(--soft); font-size: .8rem; font-weight: 400; margin-right: .5em; }
  tbody th { min-width: 8rem; } td .meter { width: 40px; } }
@media print { body { background: #fff; font-size: 11pt; } .langs, nav, form, .pager, .skip { display: none; }
  .card { border: 0; padding: 0; break-inside: avoid-page; } a { color: inherit; } tbody tr { break-inside: avoid; }
  svg, .dot, .chip { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;

/** Only our own style is applied, nothing is executed, and forms go nowhere else. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');
