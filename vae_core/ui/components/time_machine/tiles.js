// The manifold's tiles as one picture, painted in one go: sixty times a second while the tiles change.

import { SIDE, contextOf, opaqueGrey } from "../../browser/picture.js"

export class Tiles {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} n - tiles on each side.
   */
  constructor(canvas, n) {
    const side = n * SIDE
    this.context = contextOf(canvas)
    this.image = this.context.createImageData(side, side)
    this.pixels = new Uint32Array(this.image.data.buffer)
    /** Which pixel of the picture each grey byte is; the bytes come tile by tile. */
    this.places = new Uint32Array(side * side)
    for (let i = 0; i < this.places.length; i++) {
      const [tile, pixel] = [Math.floor(i / (SIDE * SIDE)), i % (SIDE * SIDE)]
      const y = Math.floor(tile / n) * SIDE + Math.floor(pixel / SIDE)
      this.places[i] = y * side + (tile % n) * SIDE + (pixel % SIDE)
    }
  }

  /** @param {ArrayLike<number>} tiles - the grey bytes of all tiles, row by row of tiles. */
  draw(tiles) {
    const { pixels, places } = this
    for (let i = 0; i < places.length; i++) pixels[places[i]] = opaqueGrey(tiles[i])
    this.context.putImageData(this.image, 0, 0)
  }
}
