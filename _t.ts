import {parsePack} from './functions/scorecard/parse.ts';
import {compilePack} from './functions/scorecard/compile.ts';
import {scoreBatch} from './functions/scorecard/score.ts';
const label={en:'x',ja:'x'}; const files=new Map<string,string>(); const w=(p:string,v:unknown)=>files.set(p,JSON.stringify(v));
w('sql/sources/accounts.yaml',{table:'accounts',description:'x',kind:'dimension',current_only:true,columns:[{name:'account_id',type:'STRING',required:true,description:'x'},{name:'name',type:'STRING',required:true,description:'x'},{name:'plan',type:'STRING',required:true,values:['a','b','c','d'],description:'x'}]});
const M=25; w('sql/metrics/shared/g.yaml',{group:'g',sources:['accounts'],metrics:Array.from({length:M},(_,i)=>({id:`m${i}`,type:'float',direction:'higher',nullable:true,label,description:label}))}); files.set('sql/metrics/shared/g.sql','x');
w('rules/b/pack.yaml',{pack:'b',label,zone:'Asia/Tokyo',scores:[{id:'health',label,hysteresis:2,min_confidence:0.3,trend:{days:28,change:5}}],attributes:process.env.ATTR?['name','plan']:[]});
w('rules/b/bands.yaml',{health:[0,20,40,60,80].map((from,i)=>({id:`b${i}`,from,label}))});
'abcd'.split('').forEach((s,k)=>w(`rules/b/scorecards/${s}.yaml`,{score:'health',scorecard:s,version:'1.0.0',label,...(k<3?{applies_to:`account.plan == "${s}"`}:{}),measures:Array.from({length:M},(_,i)=>({id:`x${i}`,metric:`m${i}`,steps:[[0,0],[10+k,1],[30+i,2],[60,3],[80+k,4]]})),caps:k===3?[{id:'c',when:'has(metrics.m3) && metrics.m3 > 95',at_most:'b1',label}]:[]}));
const pack=parsePack(files);
const N=Number(process.env.N??10000), K=Math.round(200000/N); let seed=1; const rnd=()=>{seed=(seed*1103515245+12345)&0x7fffffff;return seed/0x7fffffff};
const miss=Number(process.env.MISS??'0.03');
function batchOf(requests:any[], before?:any){const columns=new Map<string,any>(); for(const r of requests){ if(before?.has(r.name)) {columns.set(r.name,before.get(r.name));continue;} if(r.name==='account_id'||r.name==='account_name') columns.set(r.name,{as:'string',values:Array.from({length:N},(_,i)=>'account-'+i)}); else if(r.name==='account_plan') columns.set(r.name,r.as==='code'?{as:'code',values:Uint16Array.from({length:N},()=>1+Math.floor(rnd()*4))}:{as:'string',values:Array.from({length:N},()=>'abcd'[Math.floor(rnd()*4)])}); else if(r.name==='present') columns.set(r.name,{as:'number',values:new Float64Array(N).fill(1)}); else columns.set(r.name,{as:'number',values:Float64Array.from({length:N},()=>rnd()<miss?NaN:rnd()*100)});} return {rows:N,columns};}
const opts={layouts:new Map(),groupAgeDays:new Map([['g',0]]),engineHash:'e',date:'2026-01-02'};
const c1=compilePack(pack,opts); const b1=batchOf(c1.requests);
let r1; const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000};
for(let i=0;i<6;i++){const t=cpu(); for(let k=0;k<K;k++) r1=scoreBatch(c1,b1); const d=cpu()-t; console.log('first run',d.toFixed(0),'ms cpu',(N*K/d/1000).toFixed(2),'M/s');}
const c2=compilePack(pack,{...opts,beforeDate:'2026-01-01'}); const prev=r1!.results[0]!.columns; const bc=new Map<string,any>();
const code=(name:string,codes:string[])=>({as:'code',values:Uint16Array.from((prev.get(name) as any).values,(t:any)=>t===null?0:codes.indexOf(t)+1)});
for(const r of c2.requests){const f=r.name.replace('before_health_',''); if(r.name==='trend_health_points') bc.set(r.name,prev.get('points')); else if(r.name.startsWith('before_')) bc.set(r.name,r.as==='code'?code(f,r.codes as string[]):prev.get(f)); else if(r.name.startsWith('m')) {const old=(b1.columns.get(r.name) as any).values; bc.set(r.name,{as:'number',values:Float64Array.from(old,(v:number)=>rnd()<0.01?rnd()*100:rnd()<0.002?NaN:v)})} else bc.set(r.name,b1.columns.get(r.name)); }
const b2={rows:N,columns:bc};
for(let i=0;i<6;i++){const t=cpu(); let r; for(let k=0;k<K;k++) r=scoreBatch(c2,b2); const d=cpu()-t; console.log('with before',d.toFixed(0),'ms cpu',(N*K/d/1000).toFixed(2),'M/s',i===5?r!.counts:'');}
