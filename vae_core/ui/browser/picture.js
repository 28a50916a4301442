// Digits as pictures on a canvas: 28 x 28 grey bytes each.

export const CLASSES = [...Array(10).keys()]
export const SIDE = 28 // pixels

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d")
  if (!context) throw new Error("this browser cannot draw on a canvas")
  return context
}

/**
 * Paint a digit with its upper left corner at the pixel (x, y) of a canvas.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} grey - 784 values, 0 to 255.
 */
export function paint(context, grey, x = 0, y = 0) {
  const tile = context.createImageData(SIDE, SIDE)
  const pixels = new Uint32Array(tile.data.buffer)
  for (let i = 0; i < grey.length; i++) pixels[i] = opaqueGrey(grey[i])
  context.putImageData(tile, x, y)
}

/**
 * Paint a digit on a canvas of its size, or leave it empty with null.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number> | null} grey - 784 values, 0 to 255.
 */
export function show(context, grey) {
  if (grey) paint(context, grey)
  else context.clearRect(0, 0, SIDE, SIDE)
}

/**
 * A grey value, 0 to 255, as one 32-bit pixel of a canvas.
 * @param {number} value
 */
export const opaqueGrey = (value) => 0xff000000 | (value * 0x010101)
