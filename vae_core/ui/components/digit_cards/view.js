// The cards' browser side: a click on a card chooses its digit; its link is the explorer's, and works as any link does.

import { find, findAll } from "../../browser/elements.js"

/**
 * A card, as __init__.py sends it.
 * @typedef {object} Card
 * @property {number} digit - its number among the test digits.
 * @property {string} title
 * @property {string} figures
 * @property {string} query - of the explorer's link to where the digit lies.
 * @property {string[]} images - the digit and its reconstruction: PNG, base64.
 */
/** @typedef {(name: "choose" | "open", digit: number) => void} Trigger - tells the server which digit was clicked, and how. */

const PARTS = ["The digit", "Its reconstruction"]

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.list = find(root, "ul", HTMLUListElement)
    /** The cards that are drawn, as JSON. */
    this.drawn = ""
    /** @type {Trigger} */
    this.trigger = () => {}
  }

  /**
   * Draw the cards.
   * @param {{ cards: Card[], chosen: number | null }} data
   * @param {unknown} _pin - which cards do not use.
   * @param {Trigger} trigger
   */
  update({ cards, chosen }, _pin, trigger) {
    this.trigger = trigger
    const json = JSON.stringify(cards)
    if (json !== this.drawn) this.list.replaceChildren(...cards.map((card) => this.card(card)))
    this.drawn = json
    for (const button of findAll(this.list, "button", HTMLButtonElement)) {
      button.setAttribute("aria-pressed", String(Number(button.value) === chosen))
    }
  }

  /** @param {Card} card */
  card({ digit, title, figures, query, images }) {
    const pictures = images.map((png, i) => make("img", { src: `data:image/png;base64,${png}`, alt: `${PARTS[i]}, test digit ${digit}` }))
    const button = make("button", { type: "button", value: String(digit), title: `Show the exact posterior of test digit ${digit}` })
    button.append(
      make("span", { className: "card-pair" }, ...pictures),
      make("b", {}, title),
      make("span", { className: "card-figures" }, figures),
    )
    button.addEventListener("click", () => this.trigger("choose", digit))
    const href = new URL(`./?${query}`, document.baseURI).href // every page of the app lies right under the explorer
    const link = make("a", { href, title: `Open the explorer where test digit ${digit} lies` }, "Open in the explorer")
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return // another tab or window
      event.preventDefault()
      this.trigger("open", digit)
    })
    return make("li", {}, button, link)
  }

  close() {}
}

/**
 * An HTML element with properties and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 * @param {...(Node | string)} children
 */
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...children)
  return element
}
