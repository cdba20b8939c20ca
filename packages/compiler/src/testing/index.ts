export { compileText } from './compile-text.ts';
export { CORPUS, CORPUS_PACKET, type CorpusCase, corpusText } from './corpus.ts';
export { runInVm, type VmRun, type VmRunOptions } from './run-in-vm.ts';
