// Extras: the shop works without them.

// A form that orders is sent once; the page that was left open by the way back is usable again.
for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (sent) => {
        if (form.dataset.sent) { sent.preventDefault(); return; }
        form.dataset.sent = "yes";
        for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
    });
}
addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });

// An order's page moves with the order: each event asks for the page as it is now. What the page says is always what a
// reload would say.
let events;
function follow() {
    const place = document.querySelector("[data-live]");
    events?.close();
    if (!place?.dataset.live) return;
    events = new EventSource(place.dataset.live);
    events.addEventListener("history", async () => {
        events.close();
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const now = page.getElementById(place.id);
            if (answer.ok && now) place.replaceWith(document.adoptNode(now));
        } catch {
            // Away for a moment: the events begin again, and with them the next look.
        }
        setTimeout(follow, 250);
    });
}
follow();
addEventListener("pagehide", () => events?.close());

// Another delivery is another total: the form asks for it, and the shop says it. Without scripts a button asks.
for (const form of document.querySelectorAll("form[data-total]")) {
    let last = 0;
    form.addEventListener("change", async (changed) => {
        if (changed.target.name !== "delivery") return;
        const turn = ++last;
        const sent = new URLSearchParams(new FormData(form));
        sent.append("update", "yes");
        try {
            const answer = await fetch(form.action, { method: "POST", body: sent });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const total = page.getElementById(form.dataset.total);
            if (answer.ok && total && turn === last)
                document.getElementById(form.dataset.total).replaceChildren(...document.adoptNode(total).childNodes);
        } catch {
            // The shop asks again when the order is placed.
        }
    });
}
