import type { StreamStatus } from './broker.js';

/** What a reader knows of its streams. */
export class StreamStates {
  private readonly states = new Map<string, { partitions: Set<number>; unavailable: string | null }>();

  expect(streams: readonly string[]): void {
    for (const stream of streams) {
      this.states.set(stream, { partitions: new Set(), unavailable: 'It is not read yet.' });
    }
  }

  reads(stream: string, partition: number): void {
    const state = this.states.get(stream);
    state?.partitions.add(partition);
    if (state !== undefined) state.unavailable = null;
  }

  isAvailable(stream: string): void {
    const state = this.states.get(stream);
    if (state !== undefined) state.unavailable = null;
  }

  lost(stream: string, partition: number): void {
    this.states.get(stream)?.partitions.delete(partition);
  }

  lostAll(reason: string, streams: readonly string[] = [...this.states.keys()]): void {
    for (const stream of streams) {
      const state = this.states.get(stream);
      state?.partitions.clear();
      if (state !== undefined) state.unavailable = reason;
    }
  }

  all(): readonly StreamStatus[] {
    return [...this.states].map(([stream, state]) => ({
      stream,
      partitions: [...state.partitions].sort((left, right) => left - right),
      unavailable: state.unavailable,
    }));
  }
}
