export { Btf, type BtfResult, parseBtf } from './btf.ts';
export { BtfBuilder } from './build.ts';
export { type BtfExt, type BtfFuncInfo, type BtfLineInfo, buildBtfExt, parseBtfExt } from './ext.ts';
export { declare as declareBtf, formatBtfType } from './format.ts';
export type { BtfKind, BtfLinkage, BtfMember, BtfProblem, BtfSectionVariable, BtfType } from './types.ts';
export { type BtfValue, decodeBtfValue, encodeBtfValue } from './value.ts';
