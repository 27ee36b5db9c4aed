import {rowHasher} from './functions/scorecard/hash.ts';
const h=rowHasher(); const v=Float64Array.from({length:3000},(_, i)=>i*1.1); const out=new BigInt64Array(1);
for(let k=0;k<6;k++){const t=process.cpuUsage().user; const N=200000; for(let i=0;i<N;i++){h.start(); for(let j=0;j<12;j++) h.number(i+j); h.list(v,i%1000,i%1000+25); h.list(v,i%1000,i%1000+30); out[0]=h.finish();} console.log('row 67 doubles',((process.cpuUsage().user-t)/N).toFixed(3),'us');}
