// Reads messages from the file that is named, verifies each with its secret, and says of each whether it is good.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

for (const { secret, body, headers } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  try {
    new Webhook(secret).verify(body, headers);
    console.log("good");
  } catch (refused) {
    console.log(`refused: ${refused.message}`);
  }
}
