// The parts of a component's HTML, found with a check of what they are.

/**
 * The first element that a selector finds. Throws if there is none, or if it is of another class than expected.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind - such as HTMLCanvasElement.
 * @returns {T}
 */
export function find(root, selector, kind) {
  const element = root.querySelector(selector)
  if (element instanceof kind) return element
  throw new Error(`${selector} is not a ${kind.name} of this page`)
}

/**
 * All elements that a selector finds, with the same check.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 */
export function findAll(root, selector, kind) {
  return [...root.querySelectorAll(selector)].map((element) => {
    if (element instanceof kind) return element
    throw new Error(`${selector} is not a ${kind.name} of this page`)
  })
}
