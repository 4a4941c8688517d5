/** Looked at every few milliseconds: for waiting whose end is measured. */
export async function until(is: () => boolean, what: string, milliseconds = 60_000): Promise<void> {
  const end = performance.now() + milliseconds
  while (!is()) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
