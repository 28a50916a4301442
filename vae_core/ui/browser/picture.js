// Digits as pictures on a canvas: 28 x 28 grey bytes each.

export const CLASSES = [...Array(10).keys()]
export const SIDE = 28

/** Paint 784 grey bytes at (x, y) of a canvas. */
export function paint(context, grey, x = 0, y = 0) {
  const tile = context.createImageData(SIDE, SIDE)
  const words = new Uint32Array(tile.data.buffer)
  for (let i = 0; i < grey.length; i++) words[i] = 0xff000000 | (grey[i] * 0x010101)
  context.putImageData(tile, x, y)
}
