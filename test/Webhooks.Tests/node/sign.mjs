// Signs a body as a provider would: secret, id and body are named; the headers are said as JSON.
import { Webhook } from "standardwebhooks";

const [secret, id, body] = process.argv.slice(2);
const now = new Date();
console.log(JSON.stringify({
  "webhook-id": id,
  "webhook-timestamp": Math.floor(now.getTime() / 1000).toString(),
  "webhook-signature": new Webhook(secret).sign(id, now, body),
}));
