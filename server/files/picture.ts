import type { Sharp } from "sharp"
import { isRaster } from "./kind.ts"
import type { Found } from "./record.ts"

/** Wider or higher is shown smaller, in pixels: in a timeline, and in the viewer and to customers. */
export const PICTURE_SIZES = { small: 640, large: 2560 } as const
export type PictureSize = keyof typeof PICTURE_SIZES

/** Phones make 200 million pixels at most; more would only be sent to fill our memory. */
const MOST_PIXELS = 220_000_000
/** Of all frames of an animation together. */
const MOST_ANIMATED_PIXELS = 40_000_000
/** Seconds. */
const LONGEST = 20

type Size = Pick<Found, "width" | "height">
const NO_SIZE: Size = { width: null, height: null }

/** How large a picture is when upright, which its head says; nothing where it cannot be shown. */
export async function measure(bytes: string | Uint8Array, type: string): Promise<Size> {
  if (!isRaster(type)) return NO_SIZE
  try {
    const { autoOrient, width, height } = await (await open(bytes)).metadata()
    return width * height > MOST_PIXELS ? NO_SIZE : autoOrient
  } catch {
    // It only begins like one: a download like everything that is no picture.
    return NO_SIZE
  }
}

/**
 * The picture in at most that size, made anew of its pixels: whatever else was in the file, such as where it was
 * taken, is left behind. Throws where it cannot be read.
 */
export async function remake(bytes: Uint8Array, size: PictureSize): Promise<Buffer> {
  const most = PICTURE_SIZES[size]
  const { pages = 1, width, height } = await (await open(bytes)).metadata()
  // Of an animation, `height` is that of one frame.
  const isAnimated = pages > 1 && pages * width * height <= MOST_ANIMATED_PIXELS
  return inTurn(async () =>
    (await open(bytes, isAnimated))
      .autoOrient()
      .resize({ width: most, height: most, fit: "inside", withoutEnlargement: true })
      .timeout({ seconds: LONGEST })
      .toBuffer(),
  )
}

/** Loaded with the first picture: a server that is sent none does not pay for it. */
async function open(bytes: string | Uint8Array, animated = false): Promise<Sharp> {
  const { default: sharp } = await import("sharp")
  sharp.concurrency(1)
  return sharp(bytes, { animated, limitInputPixels: MOST_PIXELS, sequentialRead: true })
}

let last: Promise<unknown> = Promise.resolve()

/** One at a time: pictures take memory, and processors that live connections need. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => undefined)
  return mine
}
