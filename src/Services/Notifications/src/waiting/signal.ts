/** Wakes who waits for work. A waking that nobody waited for is not lost. */
export class Signal {
  private isSet = false;
  private readonly waiting = new Set<() => void>();

  wake(): void {
    this.isSet = this.waiting.size === 0;
    for (const go of this.waiting) go();
  }

  /** Until it is woken, at most for the time. */
  async wait(milliseconds: number): Promise<void> {
    if (this.isSet) {
      this.isSet = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, milliseconds);
      this.waiting.add(go);
    });
  }
}
