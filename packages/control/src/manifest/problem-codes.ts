/** Codes of problems in manifests. A code keeps its meaning for good; each has a test. */
export const PROBLEM_CODES = {
  K001: 'not YAML',
  K002: 'a document is not a Kubernetes object',
  K003: 'a required field is missing',
  K004: 'a value has the wrong type',
  K005: 'a value is out of range or not one of those allowed',
  K006: 'a kind that Sluice does not know',
  K007: 'an object is given twice',
  K008: 'not an IP address or CIDR',
  K009: 'a selector is not valid',
  K010: 'a Service without endpoints',
  K011: 'an empty pod selector selects every pod of its namespace',
  K012: 'a feature that Sluice does not do yet',
  K013: 'a reference to an object that is not there',
  K014: 'an address or port is used twice',
  K015: 'nothing to read',
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;
