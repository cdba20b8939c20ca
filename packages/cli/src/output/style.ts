import pc from 'picocolors';

export type Style = ReturnType<typeof pc.createColors>;

/** Colours on a terminal only, and never where NO_COLOR is set (no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  return pc.createColors(stream.isTTY === true && !environment['NO_COLOR']);
}
