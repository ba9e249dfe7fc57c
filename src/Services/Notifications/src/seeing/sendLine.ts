import { SeverityNumber } from '@opentelemetry/api-logs';
import type { LoggerProvider } from '@opentelemetry/sdk-logs';
import type { Line } from './openLog.js';

const severities: Readonly<Record<string, SeverityNumber>> = {
  Trace: SeverityNumber.TRACE, Debug: SeverityNumber.DEBUG, Information: SeverityNumber.INFO,
  Warning: SeverityNumber.WARN, Error: SeverityNumber.ERROR, Critical: SeverityNumber.FATAL,
};

/** A line as a log record of its category, in the trace that it was said in. */
export function sendLine(provider: LoggerProvider, line: Line): void {
  provider.getLogger(line.category).emit({
    timestamp: new Date(line.time),
    severityNumber: severities[line.level] ?? SeverityNumber.UNSPECIFIED,
    severityText: line.level,
    body: line.message,
    attributes: {
      ...line.values,
      ...(line.event === undefined ? {} : { event: line.event, stream: line.stream, key: line.key }),
      ...(line.exception === undefined ? {} : { 'exception.stacktrace': line.exception }),
    },
  });
}
