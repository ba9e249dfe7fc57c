/** A refusal that the caller is told of as RFC 9457 says. */
export class Problem extends Error {
  constructor(
    readonly status: number, detail: string, readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  toJSON() {
    return { type: 'about:blank', title: titles[this.status] ?? 'Refused', status: this.status, detail: this.message };
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict',
  408: 'Request Timeout', 413: 'Content Too Large', 415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large', 500: 'Internal Server Error', 503: 'Service Unavailable',
};
