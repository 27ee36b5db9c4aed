import { measurePipeline } from './_pb.ts';
import { mkdtempSync } from 'node:fs';
console.log(await measurePipeline(mkdtempSync('/tmp/kenko-bench-x')));
