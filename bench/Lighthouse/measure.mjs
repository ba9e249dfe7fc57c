// Google's Lighthouse on the shop's pages, the checkout as somebody who has signed in and has a product in the basket.
//   node measure.mjs STORE SKU     prints a Markdown table; bench/lighthouse.sh starts the store and installs what this needs.
import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

const [store, sku] = process.argv.slice(2);
const password = 'correct horse battery staple 9';
const browser = await puppeteer.launch({
    executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
});
try {
    const page = await browser.newPage();
    const email = `lighthouse-${Date.now()}@example.org`;
    await visit(page, '/sign-in');
    await follow(page, () => page.click('::-p-aria(Create an account[role="link"])'));
    await signUp(page, 'Create the account');
    await follow(page, () => page.click('main ::-p-aria(Sign in[role="link"])'));
    await signUp(page, 'Sign in');
    await visit(page, `/products/${sku}`);
    await follow(page, () => page.click('[data-test=add]'));

    console.log('| page | performance | accessibility | best practices | SEO | short of |');
    console.log('|---|---|---|---|---|---|');
    for (const path of ['/', `/products/${sku}`, '/search', '/basket', '/checkout']) {
        const lhr = await measure(store + path);
        const shown = new URL(lhr.finalDisplayedUrl).pathname;
        if (shown !== path) throw new Error(`${path} led to ${shown}.`);
        const scores = Object.values(lhr.categories);
        const short = scores.flatMap(each => each.auditRefs)
            .filter(each => each.weight > 0 && lhr.audits[each.id].score !== null && lhr.audits[each.id].score < 0.9)
            .map(each => each.id);
        console.log(`| \`${path}\` | ${scores.map(each => Math.round(each.score * 100)).join(' | ')} | ${short.join(', ')} |`);
    }

    // On a busy machine a trace now and then lacks its beginning; Lighthouse itself asks to be run again then.
    async function measure(address) {
        for (let attempt = 1; ; attempt++) {
            const { lhr } = await lighthouse(address, {
                port: new URL(browser.wsEndpoint()).port, disableStorageReset: true, logLevel: 'error',
            });
            if (!lhr.runtimeError) return lhr;
            if (attempt === 3) throw new Error(`${address}: ${lhr.runtimeError.message}`);
        }
    }

    async function signUp(page, button) {
        await page.locator('::-p-aria(E-mail address)').fill(email);
        await page.locator('::-p-aria(Password)').fill(password);
        await follow(page, () => page.click(`::-p-aria(${button}[role="button"])`));
    }
} finally {
    await browser.close();
}

function visit(page, path) {
    return page.goto(store + path, { waitUntil: 'load' });
}

function follow(page, act) {
    return Promise.all([page.waitForNavigation({ waitUntil: 'load' }), act()]);
}
