// The cards' browser side: a click on a card chooses its digit; its link is the explorer's, and works as any link does.

const PARTS = ["The digit", "Its reconstruction"]

export class View {
  constructor(root) {
    this.list = root.querySelector("ul")
  }

  /** Draw the cards. trigger: tells the server what was clicked, "choose" or "open", and which digit's. */
  update({ cards, chosen }, pin, trigger) {
    this.trigger = trigger
    const text = JSON.stringify(cards)
    if (text !== this.text) this.list.replaceChildren(...cards.map((card) => this.card(card)))
    this.text = text
    for (const button of this.list.querySelectorAll("button")) button.setAttribute("aria-pressed", Number(button.value) === chosen)
  }

  card({ digit, title, figures, query, images }) {
    const pictures = images.map((png, i) => make("img", { src: `data:image/png;base64,${png}`, alt: `${PARTS[i]}, test digit ${digit}` }))
    const button = make("button", { type: "button", value: digit, title: `Show the exact posterior of test digit ${digit}` })
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

const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...children)
  return element
}
