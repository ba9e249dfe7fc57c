// Pages work without this. With it, the parts that are marked as live are fetched anew when they have changed.
const live = document.querySelector("[data-live]");
const state = document.getElementById("live-state");
const order = location.pathname.match(/^\/ops\/orders\/([0-9a-f-]{36})$/)?.[1];
const webhook = location.pathname.match(/^\/ops\/webhooks\/([0-9a-f-]{36})$/)?.[1];
const of = order ?? (webhook && `webhook-${webhook}`) ?? {
    overview: "overview", messaging: "messaging", causes: "parked", chaos: "chaos", webhooks: "webhooks",
}[live?.id];

if (live && of) {
    const firstWait = 1_000, longestWait = 30_000;
    let fetching = false, again = false, open = false, wait = firstWait, kept, events, retry;
    const say = () => {
        const words = !open ? "Not live: this is what was. Trying again."
            : kept ? "Something is new: it is shown once nobody is at work in this part." : "Live.";
        if (state.textContent !== words) state.textContent = words; // It is read out each time.
    };
    // Nobody's button or link is taken away under their hands, nor what they have typed.
    const isHeld = () => (live.contains(document.activeElement)
            && document.activeElement.matches("a, input, button, select, textarea"))
        || [...live.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
    const put = (page) => {
        const fresh = page.getElementById(live.id);
        kept = fresh && isHeld() ? page : undefined;
        if (fresh && !kept) {
            // Who reads a table sideways is not thrown back to its beginning.
            const scrolled = [...live.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
            live.replaceChildren(...document.adoptNode(fresh).childNodes);
            live.querySelectorAll(".scroll").forEach((part, at) => { part.scrollLeft = scrolled[at] ?? 0; });
            document.title = page.title;
            document.querySelector("[data-made]")?.replaceWith(page.querySelector("[data-made]"));
        }
        say();
    };
    const show = async () => {
        if (fetching) { again = true; return; }
        fetching = true;
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            if (answer.redirected) { location.reload(); return; } // The session has ended: sign in.
            if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        } catch {
            // Away for a moment: the next change asks again.
        } finally {
            fetching = false;
            if (again) { again = false; show(); }
        }
    };
    // At once it would still be there: the focus is on its way.
    live.addEventListener("focusout", () => setTimeout(() => { if (kept) put(kept); }));
    const listen = () => {
        events = new EventSource(`/ops/changes?of=${of}`);
        events.addEventListener("looking", () => { [open, wait] = [true, firstWait]; say(); show(); });
        events.addEventListener("changed", show);
        events.addEventListener("error", () => {
            open = false;
            say();
            // Of a broken line the browser opens another one by itself. Any answer that is no such stream ends it for
            // good: the console starts anew, has enough windows, or asks for a sign-in, which the page leads to.
            if (events.readyState !== EventSource.CLOSED) return;
            show();
            retry = setTimeout(listen, wait * (0.5 + Math.random() / 2));
            wait = Math.min(2 * wait, longestWait);
        });
    };
    listen();
    addEventListener("pagehide", () => { clearTimeout(retry); events.close(); });
    // By the button "back" a page may come as it was left.
    addEventListener("pageshow", (shown) => { if (shown.persisted) listen(); });
}

// A second click on the way sends nothing again.
for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (sent) => {
        if (form.dataset.sent) { sent.preventDefault(); return; }
        form.dataset.sent = "yes";
        form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
    });
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelector("button[type=submit]")?.removeAttribute("aria-busy");
}));
