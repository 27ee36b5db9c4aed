#!/usr/bin/env node
// Plain JavaScript, so that an older Node can still say what is wrong.
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import * as v8 from 'node:v8';

const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `Kenko needs Node 24, and this is Node ${process.versions.node}: run \`npm ci\` (it brings Node 24), then \`npm start\` or \`npx kenko\`.\n`,
  );
  process.exit(2);
}
// Whoever reads the output may stop early (`| head`): the work goes on to its end all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// Where there is much memory, V8 lets garbage grow to several times of what is in use before it collects.
v8.setFlagsFromString('--heap-growing-percent=30');
// Compiled code and stripped types are kept between runs: a command starts in half the time.
module.enableCompileCache?.();
// In the repository the sources run as they are; inside node_modules types are not stripped.
const built = new URL('../../dist/cli.js', import.meta.url);
const fromSource = !import.meta.url.includes('/node_modules/') || !existsSync(built);
const { main } = await import(fromSource ? './main.ts' : built.href);
await main(process.argv);
