import { SpanKind, type Span } from '@opentelemetry/api';
import { within } from '../seeing/spans.js';

/** One attempt to send a mail, in the trace of what it tells. No name and no address is said. */
export function whileSending<T>(
  mail: { readonly id: string; readonly kind: string; readonly traceparent: string | null },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return within(`send mail ${mail.kind}`, SpanKind.INTERNAL, mail.traceparent ?? undefined, undefined, {
    'tessera.mail.id': mail.id, 'tessera.mail.kind': mail.kind,
  }, work);
}
