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

// What a page says once, of what was just done, a reload is not to say again.
const here = new URL(location.href);
const once = ["added", "done", "fault", "used"].filter((said) => here.searchParams.has(said));
for (const said of once) here.searchParams.delete(said);
if (once.length > 0) history.replaceState(history.state, "", here);

// Times as the reader's clock tells them, which only the browser knows; the shop says them in UTC.
function tellTimes() {
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const day = { day: "numeric", month: "long", year: "numeric" };
    for (const time of document.querySelectorAll("time[data-day]")) {
        const at = new Date(time.dateTime);
        const isOfDay = at.toLocaleDateString("sv") === time.dataset.day; // Sweden writes dates as ISO does.
        time.textContent = at.toLocaleString(
            document.documentElement.dataset.culture, isOfDay ? clock : { ...day, ...clock });
    }
}
tellTimes();

// An order's page moves with the order: each event asks for the page as it is now. What the page says is always what a
// reload would say. A screen reader tells of changes in a place that it knows: so the state's own place stays.
function renew(place, now) {
    const [said, says] = [place, now].map((each) => each.querySelector("[role=status]"));
    place.dataset.live = now.dataset.live ?? "";
    said.className = says.className;
    said.dataset.state = says.dataset.state;
    if (said.textContent !== says.textContent) said.replaceChildren(...says.childNodes);
    says.remove();
    while (said.nextSibling) said.nextSibling.remove();
    said.after(...now.childNodes);
}
let events, again, wait = 1000;
function follow() {
    const place = document.querySelector("[data-live]");
    clearTimeout(again);
    events?.close();
    if (!place?.dataset.live) return;
    const stream = events = new EventSource(place.dataset.live);
    stream.addEventListener("open", () => { wait = 1000; });
    // After an answer that is no stream, as while a service restarts, a browser does not ask again: we do.
    stream.addEventListener("error", () => {
        if (stream !== events || stream.readyState !== EventSource.CLOSED) return;
        again = setTimeout(follow, wait * (0.5 + Math.random()));
        wait = Math.min(wait * 2, 30000);
    });
    events.addEventListener("history", async () => {
        events.close();
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const now = page.getElementById(place.id);
            if (answer.ok && now) {
                const held = place.contains(document.activeElement) && document.activeElement.dataset.test;
                renew(place, document.adoptNode(now));
                tellTimes();
                if (held) place.querySelector(`[data-test="${held}"]`)?.focus();
            }
        } catch {
            // Away for a moment: the events begin again, and with them the next look.
        }
        setTimeout(follow, 250);
    });
}
follow();
addEventListener("pagehide", () => { clearTimeout(again); events?.close(); });

// Suggestions while somebody types: a list below the search field that the arrow keys walk through. Enter without one
// chosen searches as ever.
for (const field of document.querySelectorAll("form.search input[type=search]")) {
    const list = document.createElement("ul");
    let asked, chosen = -1;
    list.id = "suggestions";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.getAttribute("aria-label"));
    list.hidden = true;
    field.after(list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list",
        "aria-controls": list.id, "aria-expanded": "false", autocomplete: "off" })) field.setAttribute(name, value);

    const close = () => { list.hidden = true; field.setAttribute("aria-expanded", "false"); choose(-1); };
    const choose = (at) => {
        list.children[chosen]?.setAttribute("aria-selected", "false");
        chosen = at;
        list.children[at]?.setAttribute("aria-selected", "true");
        if (at < 0) field.removeAttribute("aria-activedescendant");
        else field.setAttribute("aria-activedescendant", list.children[at].id);
    };
    const show = (suggestions) => {
        close();
        list.replaceChildren(...suggestions.map((suggestion, at) => {
            const option = document.createElement("li");
            option.id = `suggestion-${at}`;
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            option.dataset.address = suggestion.address;
            option.textContent = suggestion.name;
            return option;
        }));
        list.hidden = suggestions.length === 0;
        field.setAttribute("aria-expanded", String(!list.hidden));
    };
    field.addEventListener("input", async () => {
        asked?.abort();
        const mine = asked = new AbortController();
        const text = field.value.trim();
        if (text.length < 2) { show([]); return; }
        try {
            await new Promise((later) => setTimeout(later, 120)); // Who types on is not asked for each letter.
            if (mine.signal.aborted) return;
            const answer = await fetch(`/search/suggestions?q=${encodeURIComponent(text)}`, { signal: mine.signal });
            if (answer.ok && document.activeElement === field) show(await answer.json());
        } catch {
            // Away, or typed on: the search itself works without.
        }
    });
    field.addEventListener("keydown", (pressed) => {
        if (list.hidden) return;
        const count = list.children.length;
        if (pressed.key === "ArrowDown") choose(chosen + 1 < count ? chosen + 1 : -1);
        else if (pressed.key === "ArrowUp") choose(chosen < 0 ? count - 1 : chosen - 1);
        else if (pressed.key === "Escape") close();
        else if (pressed.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.address);
        else return;
        pressed.preventDefault();
    });
    list.addEventListener("mousedown", (pressed) => pressed.preventDefault()); // The field keeps the focus.
    list.addEventListener("click", (clicked) => {
        const option = clicked.target.closest("[role=option]");
        if (option) location.assign(option.dataset.address);
    });
    field.addEventListener("blur", () => { asked?.abort(); close(); });
}

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
