import { pino, type DestinationStream, type Logger } from 'pino';
import { currentPlace } from './spans.js';

export const logForms = ['text', 'json'] as const;

export type LogForm = (typeof logForms)[number];

const levels: Readonly<Record<string, string>> = {
  trace: 'Trace', debug: 'Debug', info: 'Information', warn: 'Warning', error: 'Error', fatal: 'Critical',
};

const words: Readonly<Record<string, string>> = {
  Trace: 'trc', Debug: 'dbg', Information: 'inf', Warning: 'WRN', Error: 'ERR', Critical: 'CRT',
};

/** What was said, as it is written. */
export interface Line {
  readonly time: string;
  readonly level: string;
  readonly category: string;
  readonly message: string;
  readonly trace?: string;
  readonly event?: string;
  readonly stream?: string;
  readonly key?: string;
  readonly exception?: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** Gets each line beside the output, when and where it is said. */
export type TakeLine = (line: Line) => void;

/**
 * Lines on the standard output in the forms that the other services have, for people or for software; whoever logs
 * takes a child of it with his category: `log.child({ category: 'Tessera.Notifications.SendMails' })`.
 */
export function openLog(
  level: string, form: LogForm, take?: TakeLine, to: DestinationStream = standardOutput()): Logger {
  return pino({
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: levels[label] }), log: membersOf },
    hooks: form === 'json' && take === undefined ? {} : { streamWrite: (json) => written(json, form, take) },
  }, to);
}

/** At once: pino's own writes beside the program, and the last line of a process may be lost with its end. */
function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true });
}

/** An error that is given as `failure` is told with its stack. */
function membersOf({ failure, ...given }: Record<string, unknown>): Record<string, unknown> {
  const values = Object.entries(given)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)]);
  return {
    ...currentPlace(),
    ...(failure instanceof Error ? { exception: failure.stack ?? failure.message } : {}),
    ...(values.length > 0 ? { values: Object.fromEntries(values) } : {}),
  };
}

function written(json: string, form: LogForm, take: TakeLine | undefined): string {
  const line = JSON.parse(json) as Line;
  take?.(line);
  return form === 'json' ? json : inText(line);
}

function inText(line: Line): string {
  const where = line.category.slice(line.category.lastIndexOf('.') + 1);
  const values = Object.entries(line.values ?? {}).map(([name, value]) => ` ${name}=${value}`).join('');
  const text = `${line.time} ${words[line.level]} ${where}: ${line.message}${values}` +
    (line.trace === undefined ? '' : ` trace=${line.trace}`) +
    (line.event === undefined ? '' : ` event=${line.event} stream=${line.stream} key=${line.key}`) +
    (line.exception === undefined ? '' : ` | ${line.exception}`);
  return `${text.replaceAll('\r', '').replaceAll('\n', ' ⏎ ')}\n`;
}
