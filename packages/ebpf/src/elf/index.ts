export { OBJECT_PROBLEMS, type ObjectProblem } from './problem.ts';
export { type ObjectResult, readObject } from './read-object.ts';
export {
  type DataSource,
  type FunctionReference,
  type FunctionSource,
  type MapSource,
  type ObjectSource,
  writeObject,
} from './write-object.ts';
