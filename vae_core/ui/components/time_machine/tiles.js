// The manifold's tiles as one picture, painted in one go: sixty times a second while the tiles change.

import { SIDE } from "../../browser/picture.js"

export class Tiles {
  /** rows: how many tiles a side. */
  constructor(canvas, rows) {
    const side = rows * SIDE
    this.context = canvas.getContext("2d")
    this.image = this.context.createImageData(side, side)
    this.words = new Uint32Array(this.image.data.buffer)
    // Where each grey byte of the tiles, in reading order, goes in the picture.
    this.places = new Uint32Array(side * side)
    for (let i = 0; i < this.places.length; i++) {
      const [tile, pixel] = [Math.floor(i / (SIDE * SIDE)), i % (SIDE * SIDE)]
      const y = Math.floor(tile / rows) * SIDE + Math.floor(pixel / SIDE)
      this.places[i] = y * side + (tile % rows) * SIDE + (pixel % SIDE)
    }
  }

  /** tiles: the grey bytes of all tiles. */
  draw(tiles) {
    const { words, places } = this
    for (let i = 0; i < places.length; i++) words[places[i]] = 0xff000000 | (tiles[i] * 0x010101)
    this.context.putImageData(this.image, 0, 0)
  }
}
