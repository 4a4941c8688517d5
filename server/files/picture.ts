import type { Sharp } from "sharp"
import { isRaster, sniffBytes } from "./kind.ts"
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

/** As large as each is shown at most, on a screen of fine pixels: a person's middle square, a company's sign whole. */
const SMALL = {
  photo: { width: 192, height: 192, fit: "cover" },
  logo: { width: 256, height: 256, fit: "inside", withoutEnlargement: true },
  preview: { width: 216, height: 162, fit: "cover" },
} as const

/** Made anew like every picture, small and still. Undefined where the bytes are no picture that we show. */
export async function makeSmall(bytes: Uint8Array, what: keyof typeof SMALL): Promise<Buffer | undefined> {
  if (!isRaster(await sniffBytes(bytes, ""))) return undefined
  return inTurn(async () =>
    (await open(bytes))
      .autoOrient()
      .resize(SMALL[what])
      .webp({ quality: 82 })
      .timeout({ seconds: LONGEST })
      .toBuffer(),
  ).catch(() => undefined)
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
