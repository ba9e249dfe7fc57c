// Pages work without this. With it, the parts that are marked as live are fetched anew when they have changed.
const live = document.querySelector("[data-live]");
const state = document.getElementById("live-state");
const order = location.pathname.match(/^\/ops\/orders\/([0-9a-f-]{36})$/)?.[1];
const of = order ?? { overview: "overview", messaging: "messaging", causes: "parked", chaos: "chaos" }[live?.id];

if (live && of) {
    let fetching = false, again = false;
    const show = async () => {
        if (fetching) { again = true; return; }
        fetching = true;
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            if (answer.redirected) { location.reload(); return; } // The session has ended: sign in.
            if (answer.ok) {
                const page = new DOMParser().parseFromString(await answer.text(), "text/html");
                const fresh = page.getElementById(live.id);
                // Who reads a table sideways is not thrown back to its beginning.
                const scrolled = [...live.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
                const focused = live.contains(document.activeElement) ? document.activeElement : null;
                if (fresh && !focused?.matches("a, input, button")) {
                    live.replaceChildren(...document.adoptNode(fresh).childNodes);
                    live.querySelectorAll(".scroll").forEach((part, at) => { part.scrollLeft = scrolled[at] ?? 0; });
                    document.title = page.title;
                    document.querySelector("[data-made]")?.replaceWith(page.querySelector("[data-made]"));
                }
            }
        } catch {
            // Away for a moment: the next change asks again.
        } finally {
            fetching = false;
            if (again) { again = false; show(); }
        }
    };
    const events = new EventSource(`/ops/changes?of=${of}`);
    events.addEventListener("looking", () => { state.textContent = "Live."; show(); });
    events.addEventListener("changed", show);
    events.addEventListener("error", () => { state.textContent = "Not live: this is what was. Trying again."; });
    addEventListener("pagehide", () => events.close());
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
