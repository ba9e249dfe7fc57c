// As much of a browser as a form needs: cookies, redirects, hidden fields. It runs no script, and needs none.

const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const decode = text => text
  .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
  .replace(/&(amp|lt|gt|quot|#39);/g, entity => entities[entity]);
const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`, 'i'));
  return found ? decode(found[1]) : undefined;
};

export class Browser {
  #cookies = new Map();

  /** @param {string} application where the application's own addresses begin: the browser stops there. */
  constructor(application) {
    this.application = application;
  }

  open(url) {
    return this.#go(new URL(url), { method: 'GET' });
  }

  /** Fills in the page's form and sends it by the named button. */
  submit(page, fields, button) {
    const form = page.html.match(/<form[^>]*method="post"[^>]*>[\s\S]*?<\/form>/i)?.[0];
    if (!form) throw new Error(`${page.url} has no form:\n${page.html}`);
    const body = new URLSearchParams();
    for (const [tag] of form.matchAll(/<input[^>]*>/gi)) {
      const type = attribute(tag, 'type') ?? 'text';
      if (type === 'hidden') body.append(attribute(tag, 'name'), attribute(tag, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(fields)) {
      if (!form.includes(`name="${name}"`)) throw new Error(`${page.url} has no field ${name}:\n${form}`);
      body.set(name, value);
    }
    if (button) body.set(button.name, button.value);
    const action = new URL(attribute(form.match(/<form[^>]*>/i)[0], 'action') || page.url, page.url);
    return this.#go(action, {
      method: 'POST', body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: action.origin },
    });
  }

  async #go(url, request) {
    for (let hops = 0; hops < 10; hops++) {
      if (url.href.startsWith(this.application)) return { url, status: 0, html: '' };
      const answer = await fetch(url, {
        ...request, redirect: 'manual',
        headers: { ...request.headers, Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
        if (value === '' || /;\s*max-age=0/i.test(cookie)) this.#cookies.delete(name);
        else this.#cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      const html = await answer.text();
      if (answer.status < 300 || answer.status > 399 || !location) return { url, status: answer.status, html };
      url = new URL(location, url);
      request = { method: 'GET' };
    }
    throw new Error(`redirected for ever, last to ${url}`);
  }
}
