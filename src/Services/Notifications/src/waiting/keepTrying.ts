import { setTimeout as wait } from 'node:timers/promises';

const delayMinMilliseconds = 200;
const delayMaxDefault = 5_000;

/**
 * Does the work until it succeeds, with waits that grow until the work says that it got on; rejects only when the
 * signal says stop.
 */
export async function keepTrying<T>(
  work: (gotOn: () => void) => Promise<T>,
  onFailure: (failure: Error, delayMilliseconds: number) => void,
  stop: AbortSignal,
  delayMaxMilliseconds = delayMaxDefault,
): Promise<T> {
  let delay = delayMinMilliseconds;
  for (;;) {
    stop.throwIfAborted();
    try {
      return await work(() => (delay = delayMinMilliseconds));
    } catch (failure) {
      stop.throwIfAborted();
      onFailure(failure instanceof Error ? failure : new Error(String(failure)), delay);
      await wait(delay, undefined, { signal: stop });
      delay = Math.min(delay * 2, delayMaxMilliseconds);
    }
  }
}
