/**
 * Which signal told the process to end. To be asked for first of all: the first process of a container ends by no
 * signal that it has not asked for, and one that came during the start would be lost.
 */
export function untilTold(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}
