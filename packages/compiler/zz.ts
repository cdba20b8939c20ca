import { compileFile, formatProblem } from '@sluice/compiler/node';
for (let i=0;i<6;i++){const t0 = performance.now();
const r = compileFile(process.argv[2]!);
console.log(performance.now() - t0, 'ms', r.problems.length);}
