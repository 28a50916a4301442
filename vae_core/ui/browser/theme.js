// The colours and the font of Streamlit's theme, which a visitor may change at any time.

/** @typedef {{ text: string, background: string, line: string, primary: string, font: string }} Theme - as CSS has them. */

/**
 * The theme's colours and font as they are around an element.
 * @param {Element} element
 * @returns {Theme}
 */
export function themeOf(element) {
  const style = getComputedStyle(element)
  const read = (/** @type {string} */ name, /** @type {string} */ fallback) => style.getPropertyValue(name).trim() || fallback
  return {
    text: read("--st-text-color", style.color),
    background: read("--st-background-color", "#fff"),
    line: read("--st-border-color", "rgba(128, 128, 128, 0.25)"),
    primary: read("--st-primary-color", style.color),
    font: read("--st-font", style.fontFamily),
  }
}

/**
 * The theme as Plotly's relayout takes it: a value for each path, such as "xaxis.gridcolor".
 * @param {Element} element
 * @param {string[]} axes - "xaxis", "yaxis", ...
 * @returns {Record<string, string>}
 */
export function plotlyTheme(element, axes) {
  const { text, background, line, primary, font } = themeOf(element)
  const lines = axes.flatMap((axis) => ["tickcolor", "gridcolor", "zerolinecolor"].map((key) => [`${axis}.${key}`, line]))
  const buttons = { "modebar.color": text, "modebar.activecolor": primary, "modebar.bgcolor": background }
  return { ...Object.fromEntries(lines), "font.color": text, "font.family": font, ...buttons }
}

/**
 * Put the theme into a Plotly layout, which is changed and returned.
 * @param {Record<string, unknown>} layout
 * @param {Element} element
 * @param {string[]} axes - "xaxis", "yaxis", ...
 */
export function themed(layout, element, axes) {
  for (const [path, value] of Object.entries(plotlyTheme(element, axes))) {
    const [part, key] = path.split(".")
    layout[part] = { .../** @type {object | undefined} */ (layout[part]), [key]: value }
  }
  return layout
}
