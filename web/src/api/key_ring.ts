// Holds the API key of this browser tab, and asks for it once however many requests need it.
//
// The key lives in sessionStorage: it is gone with the tab and is never sent to another host.

const kStorageName = 'glyphd-api-key';

export class KeyRing extends EventTarget {
  private asking: Promise<boolean> | null = null;

  constructor(private readonly promptForKey: (refused: boolean) => Promise<string | null>) {
    super();
  }

  get key(): string | null {
    return sessionStorage.getItem(kStorageName);
  }

  // True once there is a new key to try; false when the person closed the dialog.
  ask(): Promise<boolean> {
    this.asking ??= this.promptAndStore().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async promptAndStore(): Promise<boolean> {
    const entered = await this.promptForKey(this.key !== null);
    if (entered === null) return false;
    if (entered === '') sessionStorage.removeItem(kStorageName);
    else sessionStorage.setItem(kStorageName, entered);
    this.dispatchEvent(new Event('change'));
    return true;
  }
}
