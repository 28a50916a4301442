// The phases of a step: what is at work in each, and what happens, in words.

/** @import { Network, Step } from "./steps.js" */

/** @typedef {"z" | "G" | "drawn" | "D" | "real" | "error"} Node - of the picture of the data's way. */
/** @typedef {"z-G" | "G-drawn" | "drawn-D" | "real-D" | "D-error"} Arrow */
/**
 * @typedef {object} Phase
 * @property {Node[]} lit - what is at work.
 * @property {Arrow[]} forward - where the data flows.
 * @property {Arrow[]} backward - where the error flows back.
 * @property {(step: Step, batch: number) => string} text - what happens.
 */

/** @type {Arrow[]} */
const ALL = ["drawn-D", "real-D", "D-error"]

/** @type {Record<Network, Phase[]>} */
export const PHASES = {
  discriminator: [
    {
      lit: ["z", "real"], forward: [], backward: [],
      text: (_, batch) => `Take ${batch} random real digits x and ${batch} new noise points z. The first eight are shown.`,
    },
    { lit: ["z", "G", "drawn"], forward: ["z-G", "G-drawn"], backward: [], text: () => "G draws a digit x\u2032 from each z. G is frozen in this step: it draws, but does not learn." },
    {
      lit: ["drawn", "real", "D", "error"], forward: ALL, backward: [],
      text: ({ error }) => `D judges both: how probably is each a real digit? Its error on the batch is ${nats(error[0])}.`,
    },
    {
      lit: ["error", "D"], forward: [], backward: ["D-error"],
      text: ({ gradient }) => `The error flows back through D. So each weight of D learns which way makes the error smaller. Length of this gradient: ${lengthText(gradient)}.`,
    },
    { lit: ["D"], forward: [], backward: [], text: () => "D\u2019s weights change a little, to make the error smaller; a penalty on steep verdicts keeps D from winning outright. G stays as it is." },
    {
      lit: ["drawn", "real", "D", "error"], forward: ALL, backward: [],
      text: ({ error }) => `D judges the same batch again: its error ${changeText(error)}${error[1] < error[0] ? "" : ", against the aim: the step was too large"}.`,
    },
  ],
  generator: [
    { lit: ["z"], forward: [], backward: [], text: (_, batch) => `Take ${batch} new noise points z. The real digits stay those of before: this step does not need them.` },
    { lit: ["z", "G", "drawn"], forward: ["z-G", "G-drawn"], backward: [], text: () => "G draws a digit x\u2032 from each z." },
    {
      lit: ["drawn", "D", "error"], forward: ["drawn-D", "D-error"], backward: [],
      text: ({ error }) => `D judges what G drew. D is frozen in this step: it judges, but does not learn. Its error on the batch is ${nats(error[0])}.`,
    },
    {
      lit: ["error", "D", "drawn", "G"], forward: [], backward: ["D-error", "drawn-D", "G-drawn"],
      text: ({ gradient }) => `The error flows back through D, which only passes it on, to G. So each weight of G learns which way makes D\u2019s error larger. Length of this gradient: ${lengthText(gradient)}.`,
    },
    { lit: ["G"], forward: [], backward: [], text: () => "G\u2019s weights change a little, to make D\u2019s error larger. D stays as it is." },
    {
      lit: ["z", "G", "drawn", "D", "error"], forward: ["z-G", "G-drawn", "drawn-D", "D-error"], backward: [],
      text: ({ error }) => `G draws from the same z again, and D judges: its error ${changeText(error)}${error[1] > error[0] ? "" : ", against the aim: the step was too large"}.`,
    },
  ],
}

/** The phases from which on there are the drawn digits, D's verdicts, the gradient, and all of it after the step. */
export const [DRAWN, JUDGED, TRACED, AGAIN] = [1, 2, 3, 5]

/**
 * Which phase a step is in.
 * @param {Network} trained
 * @param {number} share - how far the step has come, from 0 to 1.
 * @returns {[index: number, share: number]} the phase, and how far that has come.
 */
export function phaseAt(trained, share) {
  const count = PHASES[trained].length
  const index = Math.min(count - 1, Math.floor(count * share))
  return [index, count * share - index]
}

/** @param {number} value */
export const nats = (value) => `${value.toFixed(3)} nats`

/** @param {number} value - three digits of it. */
export const lengthText = (value) => value.toPrecision(3)

/** @param {[before: number, after: number]} error */
export const changeText = ([before, after]) =>
  `${after < before ? "fell" : after > before ? "rose" : "stayed"} from ${before.toFixed(3)} to ${after.toFixed(3)} nats`
