import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, Exit } from './exit-codes.ts';

/** The command line. Commands load what they need when they run, so that each starts as fast as it can. */
const program = new Command('sluice')
  .description('What happens to a packet under Kubernetes, and why.')
  .version('0.1.0')
  .showHelpAfterError('(sluice --help tells more)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit status: 0 delivered or done, 1 dropped, rejected or refused, 2 undecidable (the missing fact is named),
64 wrong usage, 65 wrong data, 66 unreadable file, 69 this machine cannot, 70 a bug, 73 unwritable file.`,
  );

const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(text);
}

program
  .command('trace')
  .description('follow a packet, and its reply, through a cluster given as manifests')
  .argument('<from>', 'ns/pod, node/name or an IP address; with :port for a source port')
  .argument('<to>', 'ns/pod:port/proto, svc/ns/name:port/proto, node/name:port/proto or ip:port/proto')
  .requiredOption(
    '-f, --file <path>',
    'manifests: a file, a folder, or - for standard input; may be repeated',
    collect,
    [],
  )
  .addOption(
    new Option('-o, --output <form>', 'form of the answer').choices(['text', 'json', 'pcapng']).default('text'),
  )
  .option('-w, --write <file>', 'write the answer to a file')
  .option('--seed <n>', 'seed of all chance in the model (backend choice, ports)', integer, 1)
  .option('--no-socket-lb', 'translate services on packets instead of at connect(2)')
  .option('--short', 'show only steps that decide something, change the packet or end its way', false)
  .option('--all', 'show every packet of the exchange', false)
  .option('--timing', 'say on standard error how long it took', false)
  .action(async (from, to, options) => {
    const { trace } = await import('./commands/trace.ts');
    process.exitCode = await trace(from, to, options);
  });

const bpf = program.command('bpf').description('build and run eBPF programs written in TypeScript');

bpf
  .command('build')
  .description('compile a .bpf.ts file into an ELF object that libbpf, bpftool and Sluice load')
  .argument('<source>', 'a .bpf.ts file')
  .requiredOption('-o, --output <file>', 'the object to write')
  .action(async (source, options) => {
    const { bpfBuild } = await import('./commands/bpf-build.ts');
    process.exitCode = bpfBuild(source, options);
  });

bpf
  .command('run')
  .description('run a program of an object over the packets of a capture')
  .argument('<object>', 'an ELF object')
  .requiredOption('--pcap <file>', 'a pcap or pcapng file with Ethernet frames')
  .option('--program <name>', 'which program, where the object has several')
  .option('--map <name=file>', 'fill a map from JSON before the first packet; may be repeated', collect, [])
  .option('--edit <packet:name=file>', 'edit a map from JSON just before that packet; may be repeated', collect, [])
  .addOption(new Option('--engine <name>', 'where to run').choices(['model', 'interpreter', 'linux']).default('model'))
  .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
  .action(async (object, options) => {
    const { bpfRun } = await import('./commands/bpf-run.ts');
    process.exitCode = await bpfRun(object, options);
  });

program
  .command('doctor')
  .description('say what of the real kernel can be used on this machine, and what is missing')
  .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
  .action(async (options) => {
    const { doctor } = await import('./commands/doctor.ts');
    process.exitCode = doctor(options);
  });

const lab = program.command('lab').description("the cluster of some manifests, on this machine's kernel");
const nameOption = () => new Option('--name <name>', 'which lab').default('lab');

lab
  .command('up')
  .description(
    'bring it up and keep it until interrupted: a namespace a node and Pod, our programs attached, a server on each port',
  )
  .option('-f, --file <path>', 'manifests: a file, a folder, or - for standard input; may be repeated', collect, [])
  .addOption(nameOption())
  .option('--no-socket-lb', 'translate services on packets instead of at connect(2)')
  .action(async (options) => {
    const { labUp } = await import('./lab/lab-up.ts');
    process.exitCode = await labUp(options);
  });

lab
  .command('exec')
  .description('run a command as if in a Pod: sluice lab exec shop/web -- curl http://api')
  .argument('<place>', 'ns/pod, node/name or outside')
  .argument('<command...>', 'the command and its arguments, after --')
  .addOption(nameOption())
  .action(async (place, command, options) => {
    const { labExec } = await import('./lab/lab-exec.ts');
    process.exitCode = labExec(place, command, options);
  });

lab
  .command('trace')
  .description('for every pair of the cluster, compare what the model says with what a real connection does')
  .option('-f, --file <path>', 'manifests: a file, a folder, or - for standard input; may be repeated', collect, [])
  .option('--no-socket-lb', 'translate services on packets instead of at connect(2)')
  .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
  .action(async (options) => {
    const { labTrace } = await import('./lab/lab-trace.ts');
    process.exitCode = await labTrace(options);
  });

lab
  .command('down')
  .description('end it; nothing is left behind, also after a kill')
  .addOption(nameOption())
  .action(async (options) => {
    const { labDown } = await import('./lab/lab-down.ts');
    process.exitCode = await labDown(options);
  });

lab
  .command('list')
  .description('the labs there are')
  .action(async () => {
    const { labList } = await import('./lab/lab-down.ts');
    process.exitCode = labList();
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await failed(error);
}

async function failed(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  if (error instanceof Exit) {
    for (const line of error.lines) console.error(line);
    return error.status;
  }
  const { EngineError } = await import('@sluice/engine');
  if (error instanceof EngineError) {
    console.error(`error: ${error.message}`);
    return EXIT.UNAVAILABLE;
  }
  console.error(`this is a bug in Sluice: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env['SLUICE_DEBUG'] && error instanceof Error) console.error(error.stack);
  else console.error('SLUICE_DEBUG=1 shows where; please report it with the command line and its input');
  return EXIT.INTERNAL;
}
