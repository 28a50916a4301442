// The two steps: a GAN's training, a step at a time, from a recording or live. player.js says which step is shown.

import { Announcer } from "../../browser/announcer.js"
import { find, findAll } from "../../browser/elements.js"
import { Batch } from "./batch.js"
import { Diagram } from "./diagram.js"
import { ErrorChart } from "./error_chart.js"
import { Numbers } from "./numbers.js"
import { AGAIN, DRAWN, JUDGED, PHASES, TRACED, phaseAt } from "./phases.js"
import { Player } from "./player.js"
import { Sources } from "./sources.js"
import { NETWORKS } from "./steps.js"

/** @import { Action, Data } from "./sources.js" */
/** @import { Step } from "./steps.js" */

/** @typedef {{ action: Action, asked: number }} Request */
/** @typedef {(name: "live" | "step", value: Request | number) => void} Trigger - asks the server for something of the live training, or tells it
 * which step of the recording is shown. */

const REST_MS = 600 // at a step, until the server is told of it, for the page's link

/** Milliseconds between two steps that are drawn while many go by: what changes more often than three times a second may
 * harm people (WCAG 2.3.1). Steps of 120 ms are then shown one in three, so that both networks have their turns. */
const FLASH_MS = 1000 / 3

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    const button = (/** @type {string} */ selector) => find(root, selector, HTMLButtonElement)
    this.texts = {
      sentence: part('[data-testid="two-steps-sentence"]'), moment: part('[data-testid="two-steps-moment"]'), message: part("[data-message]"),
      counts: findAll(root, ".ts-count", HTMLElement), batch: part(".ts-batch-size"),
    }
    this.slider = find(root, '[data-testid="two-steps-slider"]', HTMLInputElement)
    this.buttons = { play: button(".ts-play"), slow: button(".ts-slow"), back: button(".ts-back") }
    this.presses = findAll(root, "[data-press]", HTMLButtonElement)
    const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)")
    this.diagram = new Diagram(root, reducedMotion)
    this.batch = new Batch(root)
    this.numbers = new Numbers(root)
    this.chart = new ErrorChart(find(root, '[data-testid="two-steps-chart"]', HTMLCanvasElement))
    this.announcer = new Announcer(part(".lm-live"))
    this.player = new Player(reducedMotion, { draw: () => this.draw(), describe: () => this.describe(), fail: (error) => this.fail(error) })
    this.sources = new Sources(root, { choose: (source) => this.player.follow(source), ask: (action) => this.ask(action) })
    /** @type {Trigger} */
    this.trigger = () => {}
    this.batchSize = 0
    /** Another one whenever the server has set the step that is shown. @type {number | null} */
    this.revision = null
    /** The step that the server knows. */
    this.known = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined
    /** When a step was drawn last, by performance.now(). */
    this.drawnAt = -Infinity
    /** What is drawn: pictures and texts change only with it. @type {{ step: Step | null, index: number, error: number | null }} */
    this.drawn = { step: null, index: -1, error: null }
    this.listen()
    this.resizing = new ResizeObserver(() => this.drawChart())
    this.resizing.observe(this.chart.canvas)
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  listen() {
    for (const press of this.presses) {
      const networks = NETWORKS.filter((network) => press.dataset.press === network || press.dataset.press === "both")
      press.addEventListener("click", () => this.player.press(networks))
    }
    this.buttons.play.addEventListener("click", () => this.player.togglePlay())
    this.buttons.slow.addEventListener("click", () => this.player.toggleSlow())
    this.buttons.back.addEventListener("click", () => this.player.back())
    this.slider.addEventListener("input", () => this.player.jumpTo(Number(this.slider.value)))
    this.root.addEventListener("keydown", (event) => this.key(event))
  }

  /**
   * Show new data from the server, or the old in a new theme. An update begins when the one before it has ended or failed.
   * @param {Data} data
   * @param {unknown} _pin - which is not used.
   * @param {Trigger} trigger
   */
  update(data, _pin, trigger) {
    this.trigger = trigger
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    this.batchSize = data.batch
    for (const text of this.texts.counts) text.textContent = `the first 8 of ${data.batch}`
    this.texts.batch.textContent = String(data.batch)
    this.texts.message.hidden = true
    const asked = this.revision === data.revision ? null : data.step
    this.revision = data.revision
    if (asked !== null) this.known = asked
    await this.sources.update(data)
    if (asked !== null && this.player.source === this.sources.recording) await this.player.jumpTo(asked)
    this.describe()
    this.draw()
    this.root.dataset.ready = "true"
  }

  /** @param {Action} action */
  ask(action) {
    this.trigger("live", { action, asked: Date.now() }) // the time makes equal ones in a row differ
  }

  /** Draw the step that is shown, as far as it has come. */
  draw() {
    const { step, share, moving, position } = this.player
    const now = performance.now()
    if (this.player.hasty && now - this.drawnAt < FLASH_MS) return
    const index = moving && step ? phaseAt(step.trained, share)[0] : position ? AGAIN : JUDGED
    if (step !== this.drawn.step || index !== this.drawn.index) {
      this.show(step, index)
      this.drawnAt = now
    }
    if (step && moving && share < 1) this.diagram.move(step, share, this.drawn.error)
    else this.diagram.rest(step && (position || moving) ? step.trained : null, this.drawn.error)
    this.texts.sentence.textContent = this.sentence(index)
    this.root.dataset.phase = moving ? String(index) : ""
  }

  /**
   * @param {Step | null} step
   * @param {number} index - of the phase.
   */
  show(step, index) {
    const seen = { drawn: index >= DRAWN, judged: index >= JUDGED, traced: index >= TRACED, again: index >= AGAIN }
    if (step) this.texts.message.hidden = true
    this.drawn = { step, index, error: step && seen.judged ? step.error[seen.again ? 1 : 0] : null }
    this.batch.show(step, seen)
    this.numbers.show(step, seen)
    this.diagram.show(step?.real[0] ?? null, (step && seen.drawn && step.drawn[seen.again ? 1 : 0][0]) || null)
  }

  /** @param {number} index - of the phase. */
  sentence(index) {
    const { step, moving, position } = this.player
    if (!step) return "No step is taken here yet. Take one, or press Play."
    if (!moving && !position) return "Neither network has learned anything yet: G draws grey noise, and D guesses. Take a step, or press Play."
    return PHASES[step.trained][index].text(step, this.batchSize)
  }

  /** Say which step is shown. */
  describe() {
    const { player, sources } = this
    const { position, moving, playing, slow, step, source } = player
    const count = source?.count ?? 0
    const shown = position + Number(moving)
    this.slider.max = String(count)
    this.slider.value = String(shown)
    const what = step && shown ? `${step.trained === "discriminator" ? "a discriminator" : "a generator"} step` : "untrained"
    this.texts.moment.textContent = `Step ${shown} of ${count}: ${player.waiting ? "on its way" : what}`
    this.buttons.play.textContent = playing ? "Pause" : "Play"
    this.buttons.slow.setAttribute("aria-pressed", String(slow))
    for (const button of [...this.presses, this.buttons.play]) button.disabled = !sources.usable
    const [lossBefore, lossAfter] = step?.error ?? ["", ""]
    Object.assign(this.root.dataset, { step: position, playing, kind: (shown && step?.trained) || "", lossBefore, lossAfter: shown && !moving ? lossAfter : "" })
    this.drawChart()
    clearTimeout(this.resting)
    if (!moving && !playing && !player.waiting) this.resting = setTimeout(() => this.rest(), REST_MS)
    if (!moving && !playing && !player.waiting && this.root.contains(document.activeElement)) {
      this.announcer.say(() => `${this.texts.moment.textContent}. ${this.texts.sentence.textContent}`)
    }
  }

  /** Tell the server which step of the recording is shown. */
  rest() {
    const { position, source } = this.player
    if (source !== this.sources.recording || position === this.known) return
    this.known = position
    this.trigger("step", position)
  }

  drawChart() {
    this.chart.draw(this.player.source?.outline.slice(0, this.player.position) ?? [])
  }

  /** @param {Error} error */
  fail(error) {
    console.error(error)
    if (this.player.source === this.sources.live) return // its note says why
    this.texts.message.hidden = false
    this.texts.message.textContent = `This step could not be loaded (${error.message}). Try again.`
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.root) return
    if (event.key === " ") this.player.togglePlay()
    else if (event.key === "ArrowLeft") this.player.back()
    else if (event.key === "ArrowRight" && this.player.source) this.player.press(this.player.source.following(this.player.position).map(({ network }) => network))
    else return
    event.preventDefault()
  }

  close() {
    clearTimeout(this.resting)
    this.player.stop()
    this.sources.close()
    this.resizing.disconnect()
    this.announcer.close()
  }
}
