import { compiledPack } from './tests/bench/pack.ts';
import { generatedInputs } from './tests/bench/accounts.ts';
import { handWrittenRows } from './tests/bench/hand-written/rows.ts';
import { handWritten } from './tests/bench/hand-written/hand-written.ts';
import { scoreBatch } from './functions/scorecard/score.ts';
import { assertEqualRows } from './tests/bench/scores.ts';
const c=compiledPack(); const batches=[...generatedInputs(Number(process.env.A??50000))];
for(const b of batches) for(const r of c.requests){const col=b.columns.get(r.name)!; if(r.as==='code'&&col.as==='string') b.columns.set(r.name,{as:'code',values:Uint16Array.from(col.values,t=>t===null?0:r.codes.indexOf(t)+1)});}

const cpu=()=>process.cpuUsage().user/1000; const T={p:[] as number[],h:[] as number[],k:[] as number[]};
for(let i=0;i<Number(process.env.R??12);i++){ let t=cpu(); for(const b of batches) scoreBatch(c,b); T.p.push(cpu()-t);}
const md=(a:number[])=>a.slice(2).sort((x,y)=>x-y)[Math.floor((a.length-2)/2)]!; const n=batches.reduce((s,b)=>s+b.rows,0);
console.log('product',md(T.p),'hand rows',md(T.h),'hand kernel',md(T.k),'ratio',md(T.h)/md(T.p), 'us/acc',md(T.p)*1000/n);
