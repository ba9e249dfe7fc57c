const majorMin = 20;

/** Why the program does not run with this Node, or null. */
export function refusalOf(version: string): string | null {
  if (Number(version.split('.')[0]) >= majorMin) return null;
  return `Node.js ${version} is too old: ${majorMin} or later is needed.`;
}

// To be imported first of all: what comes after it may not even load with an older one.
const refusal = refusalOf(process.versions.node);
if (refusal !== null) {
  console.error(refusal);
  process.exit(78);
}
