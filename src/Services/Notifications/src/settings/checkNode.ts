const leastMajor = 20;
const leastMinor = 6;

/** Why the program does not run with this Node, or null. */
export function refusalOf(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null;
  return `Node.js ${version} is too old: ${leastMajor}.${leastMinor} or later is needed.`;
}

// To be imported before anything else is: what comes after it may not even load with an older one.
const refusal = refusalOf(process.versions.node);
if (refusal !== null) {
  console.error(refusal);
  process.exit(78);
}
